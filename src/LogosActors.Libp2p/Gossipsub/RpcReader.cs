using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What an RPC is made of (spec v1.0 §Protobuf, v1.1, v1.2).</summary>
internal enum RpcPart
{
    Subscription,
    Message,
    IHave,
    IWant,
    Graft,
    Prune,
    IDontWant,
}

/// <summary>Walks over the parts of an RPC in the order of the wire, control entries included; nothing is copied.</summary>
internal ref struct RpcReader(ReadOnlySpan<byte> rpc)
{
    ProtobufReader _rpc = new(rpc);
    ProtobufReader _control = new(default);

    public RpcPart Part { get; private set; }

    /// <summary>The encoded part.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    public readonly DecodeError Error => _rpc.Error is DecodeError.None ? _control.Error : _rpc.Error;

    /// <returns>False at the end or on an error; parts of unknown kind are passed over.</returns>
    public bool Next()
    {
        while (true)
        {
            while (_control.Next())
            {
                if (_control.Field is < 1 or > 5)
                    continue;
                Part = RpcPart.IHave + (_control.Field - 1);
                Body = _control.Bytes();
                return _control.Error is DecodeError.None;
            }
            if (_control.Error is not DecodeError.None || !_rpc.Next())
                return false;
            switch (_rpc.Field)
            {
                case 1:
                    Part = RpcPart.Subscription;
                    Body = _rpc.Bytes();
                    return _rpc.Error is DecodeError.None;
                case 2:
                    Part = RpcPart.Message;
                    Body = _rpc.Bytes();
                    return _rpc.Error is DecodeError.None;
                case 3:
                    _control = new ProtobufReader(_rpc.Bytes());
                    break;
            }
        }
    }
}

/// <summary>A subscription or its end.</summary>
internal readonly ref struct SubscriptionView(bool subscribe, ReadOnlySpan<byte> topic)
{
    public bool Subscribe { get; } = subscribe;

    public ReadOnlySpan<byte> Topic { get; } = topic;

    public static bool TryRead(ReadOnlySpan<byte> body, out SubscriptionView view, out DecodeError error)
    {
        var reader = new ProtobufReader(body);
        var subscribe = false;
        ReadOnlySpan<byte> topic = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: subscribe = reader.Bool(); break;
                case 2: topic = reader.Bytes(); break;
            }
        }
        view = new SubscriptionView(subscribe, topic);
        return reader.Succeeded(out error);
    }
}

/// <summary>A published message; absent fields are empty.</summary>
internal readonly ref struct MessageView
{
    /// <summary>The longest of the fields that name and prove the author, in bytes: RSA keys and signatures of 8192 bits stay below it.</summary>
    public const int MaxAuthorField = 2048;

    public ReadOnlySpan<byte> From { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public ReadOnlySpan<byte> Sequence { get; init; }

    public ReadOnlySpan<byte> Topic { get; init; }

    public ReadOnlySpan<byte> Signature { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The message without its author's fields.</summary>
    public MessageView Anonymous => new() { Data = Data, Topic = Topic };

    public static bool TryRead(ReadOnlySpan<byte> body, out MessageView view, out DecodeError error)
    {
        var reader = new ProtobufReader(body);
        ReadOnlySpan<byte> from = default, data = default, sequence = default, topic = default, signature = default, key = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: from = reader.Bytes(); break;
                case 2: data = reader.Bytes(); break;
                case 3: sequence = reader.Bytes(); break;
                case 4: topic = reader.Bytes(); break;
                case 5: signature = reader.Bytes(); break;
                case 6: key = reader.Bytes(); break;
            }
        }
        view = new MessageView { From = from, Data = data, Sequence = sequence, Topic = topic, Signature = signature, Key = key };
        return reader.Succeeded(out error);
    }
}

/// <summary>IHAVE, IWANT or IDONTWANT: message ids, and for IHAVE their topic.</summary>
internal readonly ref struct IdsView(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> body, int idField, int count)
{
    public ReadOnlySpan<byte> Topic { get; } = topic;

    public int Count { get; } = count;

    /// <summary>The ids, one by one; those that no message here can have are passed over.</summary>
    public Enumerator GetEnumerator() => new(_body, _idField);

    readonly ReadOnlySpan<byte> _body = body;
    readonly int _idField = idField;

    public static bool TryRead(RpcPart part, ReadOnlySpan<byte> body, out IdsView view, out DecodeError error)
    {
        var idField = part is RpcPart.IHave ? 2 : 1;
        var reader = new ProtobufReader(body);
        ReadOnlySpan<byte> topic = default;
        var count = 0;
        while (reader.Next())
        {
            if (reader.Field == idField)
            {
                reader.Bytes();
                count++;
            }
            else if (reader.Field == 1)
            {
                topic = reader.Bytes();
            }
        }
        view = new IdsView(topic, body, idField, count);
        return reader.Succeeded(out error);
    }

    public ref struct Enumerator(ReadOnlySpan<byte> body, int idField)
    {
        ProtobufReader _reader = new(body);
        MessageId _current;

        public readonly MessageId Current => _current;

        public bool MoveNext()
        {
            while (_reader.Next())
            {
                if (_reader.Field == idField && MessageId.TryCreate(_reader.Bytes(), out _current))
                    return true;
            }
            return false;
        }
    }
}

/// <summary>GRAFT, or PRUNE with its back-off and peers.</summary>
internal readonly ref struct GraftOrPruneView(ReadOnlySpan<byte> topic, ulong backoff, ReadOnlySpan<byte> body)
{
    public ReadOnlySpan<byte> Topic { get; } = topic;

    /// <summary>In seconds; 0 when absent.</summary>
    public ulong Backoff { get; } = backoff;

    /// <summary>The peers of a PRUNE's exchange.</summary>
    public PeersEnumerator Peers => new(_body);

    readonly ReadOnlySpan<byte> _body = body;

    public static bool TryRead(RpcPart part, ReadOnlySpan<byte> body, out GraftOrPruneView view, out DecodeError error)
    {
        var reader = new ProtobufReader(body);
        ReadOnlySpan<byte> topic = default;
        var backoff = 0UL;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Bytes(); break;
                case 2 when part is RpcPart.Prune: CheckPeer(ref reader); break;
                case 3 when part is RpcPart.Prune: backoff = reader.UInt64(); break;
            }
        }
        view = new GraftOrPruneView(topic, backoff, body);
        return reader.Succeeded(out error);
    }

    static void CheckPeer(ref ProtobufReader prune)
    {
        var reader = new ProtobufReader(prune.Bytes());
        while (reader.Next())
        {
            if (reader.Field is 1 or 2)
                reader.Bytes();
        }
        if (reader.Error is not DecodeError.None)
            prune.Fail(reader.Error);
    }

    public ref struct PeersEnumerator(ReadOnlySpan<byte> body)
    {
        ProtobufReader _reader = new(body);

        public ReadOnlySpan<byte> PeerId { get; private set; }

        public ReadOnlySpan<byte> SignedRecord { get; private set; }

        public bool MoveNext()
        {
            while (_reader.Next())
            {
                if (_reader.Field != 2)
                    continue;
                PeerId = default;
                SignedRecord = default;
                var peer = new ProtobufReader(_reader.Bytes());
                while (peer.Next())
                {
                    if (peer.Field == 1)
                        PeerId = peer.Bytes();
                    else if (peer.Field == 2)
                        SignedRecord = peer.Bytes();
                }
                return true;
            }
            return false;
        }
    }
}

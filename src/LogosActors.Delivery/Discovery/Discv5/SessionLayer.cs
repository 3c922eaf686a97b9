using System.Net;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>From datagrams to messages of peers that have proven who they are, and back (discv5 theory §Sessions).</summary>
/// <remarks>
/// Pure. Before anything is decrypted, an address is held to a rate, and handshakes, each of which costs operations on the curve, to a
/// smaller one. A stranger gets a WHOAREYOU of the length of the shortest packet, so nothing is amplified; while it is open, the same one
/// again, so that nobody who forges an address can take the handshake from whoever is there. Nothing is sent twice but the one message
/// that a WHOAREYOU answers.
/// </remarks>
internal sealed class SessionLayer : IDisposable
{
    /// <summary>Sessions that are kept; the one used longest ago makes room.</summary>
    /// <value>1000 (nim-eth keeps 256, ChainSafe discv5 2000).</value>
    public const int MaxSessions = 1000;

    /// <summary>WHOAREYOU that are open; the oldest makes room.</summary>
    public const int MaxChallenges = 1000;

    /// <summary>Messages that may be answered by a WHOAREYOU; the oldest is forgotten.</summary>
    public const int MaxSent = 512;

    /// <summary>Messages that wait for one handshake.</summary>
    public const int MaxWaiting = 8;

    /// <summary>Proofs that are looked at for one WHOAREYOU.</summary>
    const int MaxAttempts = 3;

    /// <summary>Of the packet that asks for a WHOAREYOU: as long as a ping's.</summary>
    const int RandomMessageLength = 24;

    /// <summary>Packets of one address.</summary>
    static readonly RateLimit PacketRate = new(200, TimeSpan.FromSeconds(2));

    /// <summary>Handshakes of one address, and of all.</summary>
    static readonly RateLimit HandshakeRate = new(20, TimeSpan.FromSeconds(4)), TotalHandshakeRate = new(200, TimeSpan.FromSeconds(1));

    readonly NodeKey _key;
    readonly Func<NodeRecord> _self;
    readonly Func<NodeId, NodeRecord?> _find;
    readonly RecordCache _records;
    readonly Action<Memory<byte>> _random;
    readonly TimeSpan _handshakeTimeout;
    readonly PacketCodec _codec;
    readonly PacketGate _packets = new(PacketRate);
    readonly PacketGate _handshakes = new(HandshakeRate);
    readonly RecentTable<PeerEndPoint, Session> _sessions = new(MaxSessions, static session => session.Wipe());
    readonly RecentTable<PeerEndPoint, Challenge> _challenges = new(MaxChallenges);
    readonly RecentTable<PacketNonce, Sent> _sent = new(MaxSent);
    readonly RecentTable<PeerEndPoint, Sent> _opening = new(MaxSent);
    readonly byte[] _header = new byte[Packet.MaxHeaderLength];
    TokenBucket _allHandshakes;

    /// <summary>The sessions of a node.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="self">Its record now.</param>
    /// <param name="find">Finds the newest record of a node.</param>
    /// <param name="records">Reads records.</param>
    /// <param name="random">Fills memory with bytes that nobody can guess.</param>
    /// <param name="options">The node's settings.</param>
    public SessionLayer(
        NodeKey key, Func<NodeRecord> self, Func<NodeId, NodeRecord?> find, RecordCache records, Action<Memory<byte>> random, Discv5Options options)
    {
        (_key, _self, _find, _records, _random) = (key, self, find, records, random);
        _handshakeTimeout = options.HandshakeTimeout;
        _codec = new PacketCodec(key.Id, options.Protocol);
    }

    /// <summary>Sessions that are kept.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>WHOAREYOU that are open.</summary>
    public int Challenges => _challenges.Count;

    /// <summary>Packets that were dropped because their address sends too many.</summary>
    public long Limited { get; private set; }

    /// <summary>Sends a request, in the session with its receiver or through a handshake.</summary>
    /// <param name="to">The receiver.</param>
    /// <param name="record">Its record.</param>
    /// <param name="requestId">Which request it is, for <see cref="SessionEffect.Challenged"/>.</param>
    /// <param name="message">The encoded message.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Receives what to do.</param>
    public void Request(PeerEndPoint to, NodeRecord record, ulong requestId, byte[] message, TimeSpan now, List<SessionEffect> effects)
    {
        if (_sessions.TryGet(to, out var session))
        {
            Send(to, session, message, effects, new Sent(to, record, requestId, message, now + _handshakeTimeout));
            return;
        }
        // One handshake at a time: what comes meanwhile goes behind it.
        if (_opening.TryGet(to, out var opening) && opening.Expires > now)
        {
            if (opening.Waiting.Count < MaxWaiting)
                opening.Waiting.Add((requestId, message));
            return;
        }
        var nonce = Random(Packet.NonceLength);
        var sent = new Sent(to, record, requestId, message, now + _handshakeTimeout);
        _sent.Set(PacketNonce.Of(nonce), sent);
        _opening.Set(to, sent);
        var head = _codec.WriteHead(PacketKind.Message, Random(Packet.IvLength), nonce, _key.Id.ToArray());
        effects.Add(new SessionEffect.Send(to.EndPoint, PacketCodec.Encode(to.Id, head, Random(RandomMessageLength))));
    }

    /// <summary>Sends an answer, if there is a session with its receiver.</summary>
    public void Respond(PeerEndPoint to, byte[] message, List<SessionEffect> effects)
    {
        if (_sessions.TryGet(to, out var session))
            Send(to, session, message, effects, sent: null);
    }

    /// <summary>A datagram has come.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="from">Where it comes from, as it says.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Receives what to do.</param>
    public void Receive(ReadOnlySpan<byte> datagram, IPEndPoint from, TimeSpan now, List<SessionEffect> effects)
    {
        if (!_packets.TryPass(from.Address, now))
        {
            Limited++;
            return;
        }
        if (!_codec.TryDecode(datagram, _header, out var packet, out _))
            return;
        switch (packet.Kind)
        {
            case PacketKind.WhoAreYou:
                Challenged(packet, from, now, effects);
                break;
            case PacketKind.Message:
                ReceiveMessage(packet, new PeerEndPoint(packet.Source, from), now, effects);
                break;
            case PacketKind.Handshake:
                ReceiveHandshake(packet, new PeerEndPoint(packet.Source, from), now, effects);
                break;
        }
    }

    /// <summary>Wipes all keys but the node's own.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Wipe();
        _codec.Dispose();
    }

    void ReceiveMessage(in Packet packet, PeerEndPoint from, TimeSpan now, List<SessionEffect> effects)
    {
        if (from.Id == _key.Id)
            return;
        if (_sessions.TryGet(from, out var session) && session.Decrypt(packet.Nonce, packet.Message, packet.Head) is { } decrypted)
        {
            if (MessageCodec.TryDecode(decrypted, out var message, out _))
                effects.Add(new SessionEffect.Received(from, message));
            return;
        }
        if (!_challenges.TryGet(from, out var open) || open.Expires <= now)
            _challenges.Set(from, open = NewChallenge(packet.Nonce, from, now));
        effects.Add(new SessionEffect.Send(from.EndPoint, open.Datagram));
    }

    Challenge NewChallenge(ReadOnlySpan<byte> nonce, PeerEndPoint to, TimeSpan now)
    {
        var record = _find(to.Id);
        var data = new byte[Packet.WhoAreYouDataLength];
        Random(Packet.IdNonceLength).CopyTo(data, 0);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(Packet.IdNonceLength), record?.Sequence ?? 0);
        var head = _codec.WriteHead(PacketKind.WhoAreYou, Random(Packet.IvLength), nonce, data);
        return new Challenge(head, PacketCodec.Encode(to.Id, head, []), record, now + _handshakeTimeout);
    }

    void Challenged(in Packet packet, IPEndPoint from, TimeSpan now, List<SessionEffect> effects)
    {
        if (!_sent.Remove(PacketNonce.Of(packet.Nonce), out var sent) || !sent.To.EndPoint.Equals(from) || sent.Expires <= now)
            return;
        var own = _self();
        using var ephemeral = NodeKey.Generate(_random);
        Span<byte> point = stackalloc byte[Secp256k1.PublicKeyLength];
        if (!ephemeral.TryAgree(sent.Record.PublicKey, point))
            return;
        var keys = SessionKeys.Derive(point, packet.Head, _key.Id, sent.To.Id);
        point.Clear();
        var record = packet.RecordSequence < own.Sequence ? own.Bytes : default;
        var data = new byte[Packet.HandshakeDataLength + record.Length];
        _key.Id.CopyTo(data);
        (data[32], data[33]) = (Secp256k1.SignatureLength, Secp256k1.PublicKeyLength);
        Span<byte> hash = stackalloc byte[32];
        SessionKeys.ProofOf(packet.Head, ephemeral.PublicKey, sent.To.Id, hash);
        _key.Sign(hash, data.AsSpan(34, Secp256k1.SignatureLength));
        ephemeral.PublicKey.CopyTo(data.AsSpan(98));
        record.CopyTo(data.AsSpan(Packet.HandshakeDataLength));
        var session = new Session(keys, isInitiator: true, sent.Record);
        Store(sent.To, session);
        var nonce = new byte[Packet.NonceLength];
        session.NextNonce(nonce, _random);
        var head = _codec.WriteHead(PacketKind.Handshake, Random(Packet.IvLength), nonce, data);
        effects.Add(new SessionEffect.Challenged(sent.RequestId));
        effects.Add(new SessionEffect.Send(from, PacketCodec.Encode(sent.To.Id, head, session.Encrypt(nonce, sent.Message, head))));
        if (_opening.Remove(sent.To, out var opening))
        {
            foreach (var (requestId, message) in opening.Waiting)
                Send(sent.To, session, message, effects, new Sent(sent.To, sent.Record, requestId, message, now + _handshakeTimeout));
        }
    }

    void ReceiveHandshake(in Packet packet, PeerEndPoint from, TimeSpan now, List<SessionEffect> effects)
    {
        // Nothing but an open WHOAREYOU, which went to this address, makes a proof worth looking at.
        if (!_challenges.TryGet(from, out var challenge) || challenge.Expires <= now || challenge.Attempts++ >= MaxAttempts)
            return;
        if (!_handshakes.TryPass(from.EndPoint.Address, now) || !_allHandshakes.TryTake(TotalHandshakeRate, now))
        {
            Limited++;
            return;
        }
        var record = packet.Record.IsEmpty ? challenge.Record : _records.Read(packet.Record);
        if (record is null || record.Id != from.Id)
            return;
        // An older record than is known would bring back what its node has taken back.
        if (challenge.Record is { } known && known.Sequence > record.Sequence)
            record = known;
        if (!SessionKeys.Verify(record.PublicKey, packet.IdSignature, challenge.Head, packet.EphemeralKey, _key.Id))
            return;
        Span<byte> point = stackalloc byte[Secp256k1.PublicKeyLength];
        if (!_key.TryAgree(packet.EphemeralKey, point))
            return;
        var session = new Session(SessionKeys.Derive(point, challenge.Head, from.Id, _key.Id), isInitiator: false, record);
        point.Clear();
        if (session.Decrypt(packet.Nonce, packet.Message, packet.Head) is not { } decrypted)
        {
            session.Wipe();
            return;
        }
        _challenges.Remove(from, out _);
        Store(from, session);
        effects.Add(new SessionEffect.Established(from, record));
        if (MessageCodec.TryDecode(decrypted, out var message, out _))
            effects.Add(new SessionEffect.Received(from, message));
    }

    void Store(PeerEndPoint peer, Session session)
    {
        if (_sessions.Remove(peer, out var before))
            session.Replace(before);
        _sessions.Set(peer, session);
    }

    void Send(PeerEndPoint to, Session session, byte[] message, List<SessionEffect> effects, Sent? sent)
    {
        var nonce = new byte[Packet.NonceLength];
        session.NextNonce(nonce, _random);
        var head = _codec.WriteHead(PacketKind.Message, Random(Packet.IvLength), nonce, _key.Id.ToArray());
        if (sent is not null)
            _sent.Set(PacketNonce.Of(nonce), sent);
        effects.Add(new SessionEffect.Send(to.EndPoint, PacketCodec.Encode(to.Id, head, session.Encrypt(nonce, message, head))));
    }

    byte[] Random(int length)
    {
        var bytes = new byte[length];
        _random(bytes);
        return bytes;
    }

    /// <summary>A WHOAREYOU that was sent.</summary>
    sealed record Challenge(byte[] Head, byte[] Datagram, NodeRecord? Record, TimeSpan Expires)
    {
        public int Attempts { get; set; }
    }

    /// <summary>A request that was sent, and may be answered by a WHOAREYOU.</summary>
    sealed record Sent(PeerEndPoint To, NodeRecord Record, ulong RequestId, byte[] Message, TimeSpan Expires)
    {
        public List<(ulong RequestId, byte[] Message)> Waiting { get; } = [];
    }
}

using System.Buffers;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A peer that a PRUNE offers.</summary>
/// <param name="PeerId">The bytes of its id.</param>
/// <param name="SignedRecord">The envelope of its signed peer record (RFC 0003); empty when none is known.</param>
internal readonly record struct ExchangedPeer(ReadOnlyMemory<byte> PeerId, ReadOnlyMemory<byte> SignedRecord);

/// <summary>An RPC that is put together and written; used again after <see cref="Clear"/>.</summary>
internal sealed class GossipsubRpc
{
    readonly List<(bool Subscribe, string Topic)> _subscriptions = [];
    readonly List<GossipMessage> _messages = [];
    readonly List<(string Topic, ReadOnlyMemory<MessageId> Ids)> _haves = [];
    readonly List<MessageId> _wants = [];
    readonly List<string> _grafts = [];
    readonly List<(string Topic, TimeSpan Backoff, ExchangedPeer[] Peers)> _prunes = [];
    readonly List<MessageId> _unwanted = [];
    int _controlSize;

    /// <summary>The encoded size in bytes.</summary>
    public int Size { get; private set; }

    public bool IsEmpty => Size == 0 && _controlSize == 0 && _wants.Count == 0 && _unwanted.Count == 0;

    /// <summary>The encoded size in bytes with its control entries.</summary>
    public int TotalSize => Size + SizeOfControl();

    public int MessageCount => _messages.Count;

    public void Subscription(string topic, bool subscribe)
    {
        _subscriptions.Add((subscribe, topic));
        Size += ProtobufWriter.SizeOfBytes(1, SizeOfSubscription(topic));
    }

    public void Message(GossipMessage message)
    {
        _messages.Add(message);
        Size += ProtobufWriter.SizeOfBytes(2, message.Encoded.Length);
    }

    public void IHave(string topic, ReadOnlyMemory<MessageId> ids)
    {
        _haves.Add((topic, ids));
        _controlSize += ProtobufWriter.SizeOfBytes(1, SizeOfHave(topic, ids.Span));
    }

    /// <summary>Adds an id to the one IWANT of the RPC.</summary>
    public void IWant(in MessageId id) => _wants.Add(id);

    public void Graft(string topic)
    {
        _grafts.Add(topic);
        _controlSize += ProtobufWriter.SizeOfBytes(3, ProtobufWriter.SizeOfString(1, topic));
    }

    public void Prune(string topic, TimeSpan backoff, ExchangedPeer[] peers)
    {
        _prunes.Add((topic, backoff, peers));
        _controlSize += ProtobufWriter.SizeOfBytes(4, SizeOfPrune(topic, backoff, peers));
    }

    /// <summary>Adds an id to the one IDONTWANT of the RPC.</summary>
    public void IDontWant(in MessageId id) => _unwanted.Add(id);

    public void Clear()
    {
        _subscriptions.Clear();
        _messages.Clear();
        _haves.Clear();
        _wants.Clear();
        _grafts.Clear();
        _prunes.Clear();
        _unwanted.Clear();
        (Size, _controlSize) = (0, 0);
    }

    /// <summary>Writes the RPC, without a length prefix.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var total = TotalSize;
        if (total == 0)
            return;
        var writer = new ProtobufWriter(output.GetSpan(total));
        foreach (var (subscribe, topic) in _subscriptions)
        {
            writer.Message(1, SizeOfSubscription(topic));
            writer.Bool(1, subscribe);
            writer.String(2, topic);
        }
        foreach (var message in _messages)
            writer.Bytes(2, message.Encoded);
        WriteControl(ref writer);
        output.Advance(writer.Written);
    }

    void WriteControl(ref ProtobufWriter writer)
    {
        var size = SizeOfControlFields();
        if (size == 0)
            return;
        // One control field only: some decoders replace a message that comes twice instead of merging it.
        writer.Message(3, size);
        foreach (var (topic, ids) in _haves)
        {
            writer.Message(1, SizeOfHave(topic, ids.Span));
            writer.String(1, topic);
            WriteIds(ref writer, 2, ids.Span);
        }
        if (_wants.Count > 0)
        {
            writer.Message(2, SizeOfIds(Ids(_wants)));
            WriteIds(ref writer, 1, Ids(_wants));
        }
        foreach (var topic in _grafts)
        {
            writer.Message(3, ProtobufWriter.SizeOfString(1, topic));
            writer.String(1, topic);
        }
        foreach (var (topic, backoff, peers) in _prunes)
        {
            writer.Message(4, SizeOfPrune(topic, backoff, peers));
            writer.String(1, topic);
            foreach (var peer in peers)
            {
                writer.Message(2, SizeOfPeer(peer));
                writer.Bytes(1, peer.PeerId.Span);
                if (!peer.SignedRecord.IsEmpty)
                    writer.Bytes(2, peer.SignedRecord.Span);
            }
            if (backoff > TimeSpan.Zero)
                writer.UInt64(3, (ulong)backoff.TotalSeconds);
        }
        if (_unwanted.Count > 0)
        {
            writer.Message(5, SizeOfIds(Ids(_unwanted)));
            WriteIds(ref writer, 1, Ids(_unwanted));
        }
    }

    int SizeOfControl() => SizeOfControlFields() is var size and > 0 ? ProtobufWriter.SizeOfBytes(3, size) : 0;

    int SizeOfControlFields() => _controlSize
        + (_wants.Count > 0 ? ProtobufWriter.SizeOfBytes(2, SizeOfIds(Ids(_wants))) : 0)
        + (_unwanted.Count > 0 ? ProtobufWriter.SizeOfBytes(5, SizeOfIds(Ids(_unwanted))) : 0);

    static ReadOnlySpan<MessageId> Ids(List<MessageId> ids) => CollectionsMarshal.AsSpan(ids);

    static void WriteIds(ref ProtobufWriter writer, int field, ReadOnlySpan<MessageId> ids)
    {
        foreach (ref readonly var id in ids)
            writer.Bytes(field, id.Bytes);
    }

    // Field numbers up to 15 and lengths up to 127 take one byte each.
    static int SizeOfIds(ReadOnlySpan<MessageId> ids)
    {
        var size = 0;
        foreach (ref readonly var id in ids)
            size += 2 + id.Length;
        return size;
    }

    static int SizeOfSubscription(string topic) => ProtobufWriter.SizeOfBool(1) + ProtobufWriter.SizeOfString(2, topic);

    static int SizeOfHave(string topic, ReadOnlySpan<MessageId> ids) => ProtobufWriter.SizeOfString(1, topic) + SizeOfIds(ids);

    static int SizeOfPrune(string topic, TimeSpan backoff, ExchangedPeer[] peers) =>
        ProtobufWriter.SizeOfString(1, topic)
        + peers.Sum(peer => ProtobufWriter.SizeOfBytes(2, SizeOfPeer(peer)))
        + (backoff > TimeSpan.Zero ? ProtobufWriter.SizeOfUInt64(3, (ulong)backoff.TotalSeconds) : 0);

    static int SizeOfPeer(ExchangedPeer peer) =>
        ProtobufWriter.SizeOfBytes(1, peer.PeerId.Length) + (peer.SignedRecord.IsEmpty ? 0 : ProtobufWriter.SizeOfBytes(2, peer.SignedRecord.Length));
}

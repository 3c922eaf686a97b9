using System.Runtime.InteropServices;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A message on its way through the router: encoded once, in one place, however many peers it goes to.</summary>
internal sealed class GossipMessage
{
    readonly ReadOnlyMemory<byte> _encoded;
    Dictionary<GossipsubPeer, int>? _retransmissions;
    PeerId? _author;

    GossipMessage(ReadOnlyMemory<byte> encoded, int dataStart, int dataLength, string topic, MessageId id)
    {
        (_encoded, Topic, Id) = (encoded, topic, id);
        Data = encoded.Slice(dataStart, dataLength);
    }

    public string Topic { get; }

    public MessageId Id { get; }

    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether the message has a signature.</summary>
    public bool IsSigned { get; private init; }

    /// <summary>Whom a signed message names as its author; null when it is not signed, or names nobody.</summary>
    public PeerId? Author
    {
        get
        {
            if (_author is null && IsSigned)
                PeerId.TryDecode(View().From, out _author, out _);
            return _author;
        }
    }

    /// <summary>The protobuf message, with nothing in it but the known fields.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded.Span;

    /// <summary>Copies a message out of an RPC.</summary>
    /// <param name="view">The message.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="id">Its id.</param>
    /// <param name="receivedFrom">Who sent it; null: it is our own.</param>
    /// <param name="slabs">Where its bytes go; null: to an array of their own.</param>
    public static GossipMessage Create(in MessageView view, string topic, MessageId id, GossipsubPeer? receivedFrom = null, MessageSlabs? slabs = null)
    {
        var size = ProtobufWriter.SizeOfBytes(2, view.Data.Length) + ProtobufWriter.SizeOfBytes(4, view.Topic.Length)
            + SizeOf(1, view.From) + SizeOf(3, view.Sequence) + SizeOf(5, view.Signature) + SizeOf(6, view.Key);
        var encoded = slabs?.Take(size) ?? GC.AllocateUninitializedArray<byte>(size);
        var writer = new ProtobufWriter(encoded.Span);
        Write(ref writer, 1, view.From);
        writer.Bytes(2, view.Data);
        var dataStart = writer.Written - view.Data.Length;
        Write(ref writer, 3, view.Sequence);
        writer.Bytes(4, view.Topic);
        Write(ref writer, 5, view.Signature);
        Write(ref writer, 6, view.Key);
        return new GossipMessage(encoded, dataStart, view.Data.Length, topic, id) { ReceivedFrom = receivedFrom, IsSigned = !view.Signature.IsEmpty };
    }

    /// <summary>Who sent it to us first; null: it is our own.</summary>
    public GossipsubPeer? ReceivedFrom { get; init; }

    /// <summary>Others that sent it while it was validated or shortly after, for their scores; null: none.</summary>
    public List<GossipsubPeer>? AlsoFrom { get; set; }

    /// <summary>How often the peer has asked for the message by now, this time included.</summary>
    public int CountRetransmission(GossipsubPeer peer)
    {
        _retransmissions ??= [];
        return CollectionsMarshal.GetValueRefOrAddDefault(_retransmissions, peer, out _)++ + 1;
    }

    /// <summary>The fields of the message, as it came.</summary>
    public MessageView View()
    {
        MessageView.TryRead(_encoded.Span, int.MaxValue, int.MaxValue, out var view, out _);
        return view;
    }

    static int SizeOf(int field, ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : ProtobufWriter.SizeOfBytes(field, value.Length);

    static void Write(ref ProtobufWriter writer, int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            writer.Bytes(field, value);
    }
}

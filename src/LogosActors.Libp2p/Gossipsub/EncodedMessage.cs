using System.Runtime.InteropServices;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A protobuf message, with nothing in it but the known fields, and what is looked up in it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct EncodedMessage
{
    readonly int _dataStart;
    readonly int _dataLength;

    EncodedMessage(ReadOnlyMemory<byte> bytes, int dataStart, int dataLength, string topic, in MessageId id, bool isSigned) =>
        (Bytes, _dataStart, _dataLength, Topic, Id, IsSigned) = (bytes, dataStart, dataLength, topic, id, isSigned);

    public ReadOnlyMemory<byte> Bytes { get; }

    public string Topic { get; }

    public MessageId Id { get; }

    /// <summary>Whether the message has a signature.</summary>
    public bool IsSigned { get; }

    public ReadOnlyMemory<byte> Data => Bytes.Slice(_dataStart, _dataLength);

    /// <summary>Copies a message out of an RPC.</summary>
    /// <param name="view">The message.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="id">Its id.</param>
    /// <param name="slabs">Where its bytes go; null: to an array of their own.</param>
    public static EncodedMessage Create(in MessageView view, string topic, in MessageId id, MessageSlabs? slabs)
    {
        var size = SizeOf(view, view.Topic.Length);
        var bytes = slabs?.Take(size) ?? GC.AllocateUninitializedArray<byte>(size);
        var writer = new ProtobufWriter(bytes.Span);
        Write(ref writer, 1, view.From);
        writer.Bytes(2, view.Data);
        var dataStart = writer.Written - view.Data.Length;
        Write(ref writer, 3, view.Sequence);
        writer.Bytes(4, view.Topic);
        Write(ref writer, 5, view.Signature);
        Write(ref writer, 6, view.Key);
        return new EncodedMessage(bytes, dataStart, view.Data.Length, topic, id, !view.Signature.IsEmpty);
    }

    /// <summary>The encoded size, in bytes.</summary>
    /// <param name="view">The message; its topic may be absent still.</param>
    /// <param name="topicLength">The length of the topic's name.</param>
    public static int SizeOf(in MessageView view, int topicLength) =>
        ProtobufWriter.SizeOfBytes(2, view.Data.Length) + ProtobufWriter.SizeOfBytes(4, topicLength)
        + SizeOf(1, view.From) + SizeOf(3, view.Sequence) + SizeOf(5, view.Signature) + SizeOf(6, view.Key);

    static int SizeOf(int field, ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : ProtobufWriter.SizeOfBytes(field, value.Length);

    static void Write(ref ProtobufWriter writer, int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            writer.Bytes(field, value);
    }
}

using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.StoreSync;

/// <summary>A message that one store gives to another, with its topic. Immutable.</summary>
/// <param name="PubsubTopic">The topic that it travelled on; at most <see cref="StoreSyncLimits.TopicLength"/> bytes.</param>
/// <param name="Message">The message.</param>
internal sealed record TransferredMessage(string PubsubTopic, WakuMessage Message)
{
    /// <summary>The message's bytes, of one that was decoded; else empty.</summary>
    public ReadOnlyMemory<byte> Encoded { get; init; }
}

/// <summary>Writes and reads transferred messages as the Nim reference does (waku_store_sync/codec.nim): the topic is field 1 and the message field 2,
/// where WAKU-STORE-SYNC has them the other way round.</summary>
internal static class TransferCodec
{
    const int TopicField = 1;
    const int MessageField = 2;

    /// <summary>Encodes a message behind its length, as it is sent.</summary>
    public static byte[] Frame(TransferredMessage transferred)
    {
        ArgumentNullException.ThrowIfNull(transferred);
        var length = SizeOf(transferred);
        var frame = new byte[Varint.Length((ulong)length) + length];
        Write(transferred, frame.AsSpan(Varint.Write(frame, (ulong)length)));
        return frame;
    }

    /// <summary>The encoded size, in bytes.</summary>
    public static int SizeOf(TransferredMessage transferred)
    {
        ArgumentNullException.ThrowIfNull(transferred);
        return ProtobufWriter.SizeOfString(TopicField, transferred.PubsubTopic)
            + ProtobufWriter.SizeOfBytes(MessageField, WakuMessageCodec.SizeOf(transferred.Message));
    }

    /// <summary>Decodes a message without copying its bytes: they stay those of the source, which must not change any more. Never throws on bad input.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out TransferredMessage? transferred, out DecodeError error)
    {
        var reader = new ProtobufReader(source.Span);
        ReadOnlySpan<byte> encoded = default;
        var topic = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case TopicField: topic = reader.String(StoreSyncLimits.TopicLength); break;
                case MessageField: encoded = reader.Bytes(); break;
            }
        }
        if (reader.Error is DecodeError.None && (topic.Length == 0 || encoded.IsEmpty))
            reader.Fail(DecodeError.MissingField);
        transferred = null;
        if (!reader.Succeeded(out error) || !source.Span.Overlaps(encoded, out var offset)
            || !WakuMessageCodec.TryDecodeInPlace(source.Slice(offset, encoded.Length), out var message, out error))
        {
            return false;
        }
        transferred = new TransferredMessage(topic, message) { Encoded = source.Slice(offset, encoded.Length) };
        return true;
    }

    static void Write(TransferredMessage transferred, Span<byte> destination)
    {
        var writer = new ProtobufWriter(destination);
        writer.String(TopicField, transferred.PubsubTopic);
        writer.Bytes(MessageField, WakuMessageCodec.Encode(transferred.Message));
    }
}

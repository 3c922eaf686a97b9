using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Messages;

/// <summary>Writes and reads messages as protobuf (14/WAKU2-MESSAGE §Wire Format).</summary>
public static class WakuMessageCodec
{
    const int PayloadField = 1;
    const int ContentTopicField = 2;
    const int VersionField = 3;
    const int TimestampField = 10;
    const int MetaField = 11;
    const int RateLimitProofField = 21;
    const int EphemeralField = 31;

    /// <summary>The encoded size, in bytes.</summary>
    public static int SizeOf(WakuMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var size = ProtobufWriter.SizeOfString(ContentTopicField, message.ContentTopic);
        if (!message.Payload.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(PayloadField, message.Payload.Length);
        if (message.Version != 0)
            size += ProtobufWriter.SizeOfUInt64(VersionField, message.Version);
        if (message.Timestamp is { } timestamp)
            size += ProtobufWriter.SizeOfSInt64(TimestampField, timestamp);
        if (!message.Meta.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(MetaField, message.Meta.Length);
        if (!message.RateLimitProof.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(RateLimitProofField, message.RateLimitProof.Length);
        if (message.IsEphemeral)
            size += ProtobufWriter.SizeOfBool(EphemeralField);
        return size;
    }

    /// <summary>Encodes a message.</summary>
    public static byte[] Encode(WakuMessage message)
    {
        var encoded = new byte[SizeOf(message)];
        Write(message, encoded);
        return encoded;
    }

    /// <summary>Encodes a message into a span of its <see cref="SizeOf"/>.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    public static void Write(WakuMessage message, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        var writer = new ProtobufWriter(destination);
        if (!message.Payload.IsEmpty)
            writer.Bytes(PayloadField, message.Payload.Span);
        writer.String(ContentTopicField, message.ContentTopic);
        if (message.Version != 0)
            writer.UInt64(VersionField, message.Version);
        if (message.Timestamp is { } timestamp)
            writer.SInt64(TimestampField, timestamp);
        if (!message.Meta.IsEmpty)
            writer.Bytes(MetaField, message.Meta.Span);
        if (!message.RateLimitProof.IsEmpty)
            writer.Bytes(RateLimitProofField, message.RateLimitProof.Span);
        if (message.IsEphemeral)
            writer.Bool(EphemeralField, true);
    }

    /// <summary>Decodes a message, and copies its bytes. Never throws on bad input; the whole span is the message.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out WakuMessage? message, out DecodeError error) =>
        TryDecode(source, owner: default, out message, out error);

    /// <summary>Decodes a message without copying its bytes: they stay those of the source, which must not change any more. Never throws on bad input.</summary>
    internal static bool TryDecodeInPlace(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out WakuMessage? message, out DecodeError error) =>
        TryDecode(source.Span, source, out message, out error);

    static bool TryDecode(ReadOnlySpan<byte> source, ReadOnlyMemory<byte> owner, [NotNullWhen(true)] out WakuMessage? message, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        ReadOnlySpan<byte> payload = default, meta = default, proof = default;
        var contentTopic = "";
        var version = 0U;
        long? timestamp = null;
        var isEphemeral = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PayloadField: payload = reader.Bytes(); break;
                case ContentTopicField: contentTopic = reader.String(WakuMessageLimits.ContentTopicLength); break;
                case VersionField: version = reader.UInt32(); break;
                case TimestampField: timestamp = reader.SInt64(); break;
                case MetaField: meta = reader.Bytes(WakuMessageLimits.MetaLength); break;
                case RateLimitProofField: proof = reader.Bytes(WakuMessageLimits.RateLimitProofLength); break;
                case EphemeralField: isEphemeral = reader.Bool(); break;
            }
        }
        if (reader.Error is DecodeError.None && contentTopic.Length == 0)
            reader.Fail(DecodeError.MissingField);
        if (!reader.Succeeded(out error))
        {
            message = null;
            return false;
        }
        message = new WakuMessage
        {
            ContentTopic = contentTopic,
            Payload = Keep(payload, source, owner),
            Version = version,
            Timestamp = timestamp,
            Meta = Keep(meta, source, owner),
            RateLimitProof = Keep(proof, source, owner),
            IsEphemeral = isEphemeral,
        };
        return true;
    }

    static ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> part, ReadOnlySpan<byte> source, ReadOnlyMemory<byte> owner) =>
        owner.IsEmpty || !source.Overlaps(part, out var offset) ? part.ToArray() : owner.Slice(offset, part.Length);
}

using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Segmentation;

/// <summary>Writes and reads segments as protobuf (segmentation §Wire Format), with our linkage in fields that others skip.</summary>
/// <remarks>
/// Besides the payload a segment of ours takes at most <see cref="Overhead"/> bytes with request ids of 32 digits; those of the
/// specification alone take at most 47.
/// </remarks>
internal static class SegmentCodec
{
    /// <summary>The most bytes besides the payload, with request ids of 32 digits.</summary>
    public const int Overhead = 132;

    const int HashField = 1;
    const int DataIndexField = 2;
    const int DataCountField = 3;
    const int PayloadField = 4;
    const int ParityIndexField = 5;
    const int ParityCountField = 6;
    const int IsParityField = 7;

    // Ours. The chunk's own id is that of its SDS message, its index and the last one follow from the fields above.
    const int RequestIdField = 100;
    const int TimestampField = 101;
    const int MessageLengthField = 102;
    const int PreviousChunkIdField = 103;

    /// <summary>The encoded size, in bytes.</summary>
    public static int SizeOf(SegmentMessage segment)
    {
        var size = ProtobufWriter.SizeOfBytes(HashField, KeccakHash.Length)
            + SizeOfNumber(segment.IsParity ? ParityIndexField : DataIndexField, segment.Index)
            + SizeOfNumber(DataCountField, segment.DataCount)
            + SizeOfNumber(ParityCountField, segment.ParityCount);
        if (!segment.Payload.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(PayloadField, segment.Payload.Length);
        if (segment.IsParity)
            size += ProtobufWriter.SizeOfBool(IsParityField);
        if (segment.Linkage is not { } linkage)
            return size;
        size += ProtobufWriter.SizeOfString(RequestIdField, linkage.RequestId)
            + ProtobufWriter.SizeOfFixed64(TimestampField)
            + SizeOfNumber(MessageLengthField, linkage.MessageLength);
        if (linkage.PreviousChunkId is not null)
            size += ProtobufWriter.SizeOfBytes(PreviousChunkIdField, KeccakHash.Length);
        return size;
    }

    /// <summary>Encodes a segment.</summary>
    public static byte[] Encode(SegmentMessage segment)
    {
        var encoded = new byte[SizeOf(segment)];
        var writer = new ProtobufWriter(encoded);
        segment.MessageHash.CopyTo(writer.Reserve(HashField, KeccakHash.Length));
        if (!segment.IsParity)
            Number(ref writer, DataIndexField, segment.Index);
        Number(ref writer, DataCountField, segment.DataCount);
        if (!segment.Payload.IsEmpty)
            writer.Bytes(PayloadField, segment.Payload.Span);
        if (segment.IsParity)
            Number(ref writer, ParityIndexField, segment.Index);
        Number(ref writer, ParityCountField, segment.ParityCount);
        if (segment.IsParity)
            writer.Bool(IsParityField, true);
        if (segment.Linkage is not { } linkage)
            return encoded;
        writer.String(RequestIdField, linkage.RequestId);
        writer.Fixed64(TimestampField, (ulong)linkage.Timestamp);
        Number(ref writer, MessageLengthField, linkage.MessageLength);
        linkage.PreviousChunkId?.CopyTo(writer.Reserve(PreviousChunkIdField, KeccakHash.Length));
        return encoded;
    }

    /// <summary>Decodes a segment, whose payload stays in the source. Never throws on bad input; the whole of it is the segment.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out SegmentMessage? segment, out SegmentError error)
    {
        var reader = new ProtobufReader(source.Span);
        ReadOnlySpan<byte> hash = default, payload = default, previous = default;
        uint dataIndex = 0, dataCount = 0, parityIndex = 0, parityCount = 0, messageLength = 0;
        var isParity = false;
        var (requestId, timestamp, isLinked) = ("", 0UL, false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case HashField: hash = reader.Bytes(); break;
                case DataIndexField: dataIndex = reader.UInt32(); break;
                case DataCountField: dataCount = reader.UInt32(); break;
                case PayloadField: payload = reader.Bytes(); break;
                case ParityIndexField: parityIndex = reader.UInt32(); break;
                case ParityCountField: parityCount = reader.UInt32(); break;
                case IsParityField: isParity = reader.Bool(); break;
                case RequestIdField: (requestId, isLinked) = (reader.String(SegmentLimits.RequestIdLength), true); break;
                case TimestampField: (timestamp, isLinked) = (reader.Fixed64(), true); break;
                case MessageLengthField: (messageLength, isLinked) = (reader.UInt32(), true); break;
                case PreviousChunkIdField:
                    previous = reader.Bytes();
                    isLinked = true;
                    break;
            }
        }
        segment = null;
        error = !reader.Succeeded(out _) ? SegmentError.Malformed
            : hash.Length != KeccakHash.Length ? SegmentError.InvalidHash
            : dataCount == 0 || (ulong)dataCount + parityCount >= SegmentLimits.TotalSegments ? SegmentError.InvalidCount
            : isParity ? dataIndex != 0 || parityIndex >= parityCount ? SegmentError.InvalidIndex : SegmentError.None
            : parityIndex != 0 || dataIndex >= dataCount ? SegmentError.InvalidIndex : SegmentError.None;
        if (error is SegmentError.None && (payload.Length > SegmentationOptions.MaxMessageSize || (isParity && payload.IsEmpty)))
            error = SegmentError.InvalidLength;
        if (error is SegmentError.None && isLinked)
            error = CheckLinkage(isParity || dataIndex > 0, !isParity && dataCount == 1, requestId, messageLength, payload.Length, previous);
        if (error is not SegmentError.None)
            return false;
        segment = new SegmentMessage
        {
            MessageHash = new KeccakHash(hash),
            DataCount = (int)dataCount,
            ParityCount = (int)parityCount,
            IsParity = isParity,
            Index = (int)(isParity ? parityIndex : dataIndex),
            Payload = PartOf(source, payload),
            Linkage = !isLinked ? null
                : new ChunkLinkage(requestId, (long)timestamp, (int)messageLength, previous.IsEmpty ? null : new KeccakHash(previous)),
        };
        return true;
    }

    static SegmentError CheckLinkage(bool hasPrevious, bool isAlone, string requestId, uint messageLength, int payloadLength, ReadOnlySpan<byte> previous)
    {
        if (messageLength > SegmentationOptions.MaxMessageSize)
            return SegmentError.InvalidLength;
        // Parity of a short message is as long as a whole chunk.
        var isLengthPossible = isAlone ? messageLength == payloadLength : hasPrevious || messageLength >= payloadLength;
        return requestId.Length > 0 && isLengthPossible && previous.Length == (hasPrevious ? KeccakHash.Length : 0)
            ? SegmentError.None
            : SegmentError.InvalidLinkage;
    }

    static ReadOnlyMemory<byte> PartOf(ReadOnlyMemory<byte> source, ReadOnlySpan<byte> part) =>
        source.Span.Overlaps(part, out var offset) ? source.Slice(offset, part.Length) : default;

    static int SizeOfNumber(int field, int value) => value == 0 ? 0 : ProtobufWriter.SizeOfUInt64(field, (ulong)value);

    static void Number(ref ProtobufWriter writer, int field, int value)
    {
        if (value != 0)
            writer.UInt64(field, (ulong)value);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Channels.Segmentation;

/// <summary>Cuts messages into chunks (segmentation §Sending).</summary>
/// <remarks>Pure, and without state. Chunks are in the order in which they are sent: data, then parity.</remarks>
internal sealed class Segmenter
{
    readonly SegmentationOptions _options;

    /// <summary>Takes options that are checked.</summary>
    public Segmenter(SegmentationOptions options)
    {
        _options = options;
        var chunks = SegmentLimits.TotalSegments - 1;
        while (!CanCarry(chunks))
            chunks--;
        MaxPayload = (int)Math.Min(SegmentationOptions.MaxMessageSize, (long)chunks * options.ChunkSizeBytes);
    }

    /// <summary>The largest message, in bytes: <see cref="SegmentationOptions.MaxMessageSize"/>, or what the chunks of a message can carry.</summary>
    public int MaxPayload { get; }

    /// <summary>Cuts a message.</summary>
    /// <param name="payload">The message; an empty one is one empty chunk.</param>
    /// <param name="requestId">Names the request to send it.</param>
    /// <param name="senderId">Who sends it.</param>
    /// <param name="timestamp">The time now, in nanoseconds since 1970 UTC; it goes into the ids of all its chunks.</param>
    /// <param name="chunks">At least one; null when the message is refused.</param>
    /// <returns>False when the payload is longer than <see cref="MaxPayload"/>.</returns>
    /// <exception cref="ArgumentException">The request id is empty or longer than <see cref="SegmentLimits.RequestIdLength"/> bytes.</exception>
    public bool TrySegment(
        ReadOnlyMemory<byte> payload, string requestId, string senderId, long timestamp, [NotNullWhen(true)] out IReadOnlyList<Chunk>? chunks)
    {
        ArgumentOutOfRangeException.ThrowIfZero(requestId.Length, nameof(requestId));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(System.Text.Encoding.UTF8.GetByteCount(requestId), SegmentLimits.RequestIdLength, nameof(requestId));
        chunks = null;
        if (payload.Length > MaxPayload)
            return false;
        if (_options.AllowBareMessages && payload.Length <= _options.ChunkSizeBytes)
        {
            chunks = [new Chunk(ChunkId.Compute(senderId, timestamp, payload.Span), payload, IsParity: false)];
            return true;
        }
        var data = Cut(payload);
        var parity = Parity(data);
        var hash = KeccakHash.Of(payload.Span);
        var made = new Chunk[data.Length + parity.Length];
        for (var position = 0; position < made.Length; position++)
        {
            var isParity = position >= data.Length;
            var index = isParity ? position - data.Length : position;
            var content = SegmentCodec.Encode(new SegmentMessage
            {
                MessageHash = hash,
                DataCount = data.Length,
                ParityCount = parity.Length,
                IsParity = isParity,
                Index = index,
                Payload = isParity ? parity[index] : data[index],
                Linkage = new ChunkLinkage(requestId, timestamp, payload.Length, position == 0 ? null : made[position - 1].Id),
            });
            made[position] = new Chunk(ChunkId.Compute(senderId, timestamp, content), content, isParity);
        }
        chunks = made;
        return true;
    }

    ReadOnlyMemory<byte>[] Cut(ReadOnlyMemory<byte> payload)
    {
        var size = _options.ChunkSizeBytes;
        var data = new ReadOnlyMemory<byte>[Math.Max(1, (payload.Length + size - 1) / size)];
        for (var i = 0; i < data.Length; i++)
            data[i] = payload[(i * size)..Math.Min((i + 1) * size, payload.Length)];
        return data;
    }

    Memory<byte>[] Parity(ReadOnlyMemory<byte>[] data)
    {
        var parity = new Memory<byte>[ParityCount(data.Length)];
        foreach (ref var shard in parity.AsSpan())
            shard = new byte[_options.ChunkSizeBytes];
        if (parity.Length > 0)
            ReedSolomon.Encode(data, parity);
        return parity;
    }

    // Parity of one chunk is a second copy of it; sending it again when it is lost costs less.
    int ParityCount(int dataCount) =>
        _options.EnableReedSolomon && dataCount > 1 ? (int)Math.Ceiling(dataCount * _options.ParityRate) : 0;

    bool CanCarry(int dataCount)
    {
        var parityCount = ParityCount(dataCount);
        return dataCount + parityCount < SegmentLimits.TotalSegments && (parityCount == 0 || ReedSolomon.Fits(dataCount, parityCount));
    }
}

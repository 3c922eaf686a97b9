namespace LogosActors.Channels.Segmentation;

/// <summary>A chunk that waits for the others of its message.</summary>
/// <param name="MessageId">The id of the SDS message that brought it. A linked chunk's is <see cref="Id"/> in hexadecimal digits, checked.</param>
/// <param name="Id">What the chunk after it calls it; default when it carries no linkage.</param>
/// <param name="Segment">What it says.</param>
/// <param name="Content">The same, encoded.</param>
/// <param name="Time">When it came, in nanoseconds since 1970 UTC.</param>
internal sealed record StoredChunk(string MessageId, KeccakHash Id, SegmentMessage Segment, ReadOnlyMemory<byte> Content, long Time)
{
    // What objects take besides the bytes of the wire, roughly.
    public const int Overhead = 512;

    /// <summary>What it counts against quotas, in bytes.</summary>
    public int Cost => Content.Length + Overhead;

    /// <summary>Whether it says the same as another chunk of its message, whatever the two are called.</summary>
    public bool IsCopyOf(StoredChunk other) =>
        Segment.Linkage?.PreviousChunkId == other.Segment.Linkage?.PreviousChunkId && Segment.Payload.Span.SequenceEqual(other.Segment.Payload.Span);
}

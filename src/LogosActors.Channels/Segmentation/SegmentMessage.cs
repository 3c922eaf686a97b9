namespace LogosActors.Channels.Segmentation;

/// <summary>A part of a message, or parity of its parts (segmentation §Wire Format).</summary>
internal sealed record SegmentMessage
{
    /// <summary>The hash of the whole message.</summary>
    public required KeccakHash MessageHash { get; init; }

    /// <summary>How many data segments the message has, at least 1.</summary>
    public required int DataCount { get; init; }

    /// <summary>How many parity segments it has; 0: no parity.</summary>
    public int ParityCount { get; init; }

    /// <summary>Whether this is a parity segment.</summary>
    public bool IsParity { get; init; }

    /// <summary>The place among the segments of its kind, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>A part of the message, or a parity shard.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What ties it to the chunk before it; null: its sender does not say.</summary>
    public ChunkLinkage? Linkage { get; init; }

    /// <summary>The place among all segments in the order in which they are sent: parity after data.</summary>
    public int Position => IsParity ? DataCount + Index : Index;

    /// <summary>How many segments the message has.</summary>
    public int Count => DataCount + ParityCount;
}

namespace LogosActors.Channels.Segmentation;

/// <summary>Why bytes are not a segment (segmentation §Validation).</summary>
internal enum SegmentError
{
    /// <summary>They are.</summary>
    None,

    /// <summary>They are not well-formed protobuf, or a field is of another type.</summary>
    Malformed,

    /// <summary>The hash of the whole message is absent or not of 32 bytes.</summary>
    InvalidHash,

    /// <summary>There are no data segments, or as many segments as <see cref="SegmentLimits.TotalSegments"/> or more.</summary>
    InvalidCount,

    /// <summary>The index is not below the count of its kind, or one of the other kind is set, too.</summary>
    InvalidIndex,

    /// <summary>The payload, or the message that it is a part of, is longer than a message may be, or a parity shard is empty.</summary>
    InvalidLength,

    /// <summary>It is tied to a chunk before it only in part, or in a way that contradicts the rest.</summary>
    InvalidLinkage,
}

namespace LogosActors.Channels.Segmentation;

/// <summary>How large what is segmented may be.</summary>
internal static class SegmentLimits
{
    /// <summary>All segments of a message, data and parity, are fewer than these (segmentation §Configuration, maxTotalSegments; §Validation).</summary>
    public const int TotalSegments = 256;

    /// <summary>The longest request id, in bytes of UTF-8; ours have 32.</summary>
    public const int RequestIdLength = 64;
}

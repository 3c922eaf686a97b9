namespace LogosActors.LoadTests.Channels;

/// <summary>Reliable channels: what their parts cost, and all of them together.</summary>
internal static class ChannelsArea
{
    public static IEnumerable<Row> Rows() =>
    [
        new KeccakRow(),
        new ReedSolomonRow("Reed-Solomon, encode 32 + 4 × 100 KiB", isRebuilding: false, target: 2),
        new ReedSolomonRow("Reed-Solomon, rebuild 4 of 32 × 100 KiB", isRebuilding: true, target: 1),
        new SegmentationRow("segment and reassemble 1 MiB", lost: 0),
        new SegmentationRow("segment and reassemble 1 MiB, 2 lost", lost: 2),
        .. SdsRows.All(),
        .. TwoProcessRows.All(),
        new IdleChannelsRow(),
    ];
}

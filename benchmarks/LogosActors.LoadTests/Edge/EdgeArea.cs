namespace LogosActors.LoadTests.Edge;

/// <summary>What a service node does for light clients; node and clients share this process, and so the machine.</summary>
internal static class EdgeArea
{
    public static IEnumerable<Row> Rows()
    {
        var (filter, lightpush) = (new FilterRows(), new LightpushRows());
        return [filter.Rate(20_000), filter.Latency(20), new CriteriaRow(200), lightpush.Rate(5_000), lightpush.Latency(20)];
    }
}

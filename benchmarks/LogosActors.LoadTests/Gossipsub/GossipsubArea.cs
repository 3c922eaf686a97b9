namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Gossipsub: whole networks simulated, what one router does, and nodes in processes of their own.</summary>
internal static class GossipsubArea
{
    public static IEnumerable<Row> Rows()
    {
        var throughput = new TwoProcessThroughputRow();
        return
        [
            new SimulationRow(),
            new RouterThroughputRow(),
            throughput,
            new ProcessorPerMessageRow(throughput),
            new HalfLoadLatencyRow(throughput),
            new LargeMessagesRow(),
            new LineRow(),
        ];
    }
}

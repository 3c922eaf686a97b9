namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Gossipsub: whole networks simulated, what one router does, and nodes in processes of their own.</summary>
internal static class GossipsubArea
{
    public static IEnumerable<Row> Rows()
    {
        var simulation = new SimulationRows();
        return
        [
            simulation.Speed(),
            simulation.Steps(),
            new RouterThroughputRow(),
            .. TwoProcessRows.All(),
            new LargeMessagesRow(),
            new LineRow(),
        ];
    }
}

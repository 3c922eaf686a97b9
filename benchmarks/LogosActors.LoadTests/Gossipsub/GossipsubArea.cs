namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Gossipsub: whole networks simulated, and what one router does.</summary>
internal static class GossipsubArea
{
    public static IEnumerable<Row> Rows() => [new SimulationRow(), new RouterThroughputRow()];
}

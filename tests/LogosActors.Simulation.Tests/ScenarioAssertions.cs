namespace LogosActors.Simulations;

static class ScenarioAssertions
{
    /// <summary>Each message has reached that many nodes, and none came to a node twice.</summary>
    public static void AssertAllReached(this Scenario scenario, IEnumerable<Publication> published, int nodes)
    {
        foreach (var publication in published)
            Assert.True(publication.Reached == nodes, $"Seed {scenario.Simulation.Seed}: message {publication.Number} reached {publication.Reached} of {nodes} nodes.");
        Assert.Equal(0, scenario.DeliveredTwice);
    }
}

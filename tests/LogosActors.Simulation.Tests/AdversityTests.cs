using LogosActors.TestKit;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations;

/// <summary>Networks that lose, split and crash: whoever can be reached is.</summary>
public sealed class AdversityTests
{
    [Fact]
    public void Gossip_brings_what_the_meshes_lose()
    {
        using var scenario = Scenario.Start(seed: null, nodes: 100);
        scenario.Network.Conditions = scenario.Network.Conditions with { Loss = 0.1, Reordering = 0.1 };

        var published = scenario.PublishEverySecond(30, settle: 10);

        scenario.AssertAllReached(published, 99);
    }

    [Fact]
    public void Narrow_uplinks_delay_messages_and_lose_none()
    {
        using var wide = Scenario.Start(seed: null, nodes: 50);
        using var narrow = Scenario.Start(seed: null, nodes: 50, conditions: new NetworkConditions { Bandwidth = 150_000 });

        var soon = wide.PublishEverySecond(20, size: 5_000);
        var late = narrow.PublishEverySecond(20, size: 5_000);

        wide.AssertAllReached(soon, 49);
        narrow.AssertAllReached(late, 49);
        Assert.True(late.Average(p => p.Slowest.TotalSeconds) > 1.2 * soon.Average(p => p.Slowest.TotalSeconds), $"Seeds {wide.Simulation.Seed}, {narrow.Simulation.Seed}");
    }

    [Fact]
    public void Each_part_of_a_split_network_goes_on_and_together_again_they_are_one()
    {
        using var scenario = Scenario.Start(seed: null, nodes: 200);
        scenario.Network.Partition(node => node.Number % 2);
        scenario.Run(40);

        var even = scenario.PublishEverySecond(20, from: node => node.Number % 2 == 0);
        var odd = scenario.PublishEverySecond(20, from: node => node.Number % 2 == 1);
        scenario.AssertAllReached([.. even, .. odd], 99);
        scenario.Network.Heal();
        scenario.Run(10);
        var together = scenario.PublishEverySecond(20);

        scenario.AssertAllReached(together, 199);
    }

    [Fact]
    public void Crashes_cost_the_crashed_only_and_restarted_nodes_hear_again()
    {
        using var scenario = Scenario.Start(seed: null, nodes: 150);
        var crashed = scenario.Network.Nodes.Where(node => node.Number % 3 == 0).ToList();
        crashed.ForEach(scenario.Crash);

        var during = scenario.PublishEverySecond(30);
        scenario.AssertAllReached(during, 99);
        crashed.ForEach(scenario.Restart);
        scenario.Run(10);
        var after = scenario.PublishEverySecond(20);

        scenario.AssertAllReached(after, 149);
    }

    [Fact]
    public void Actors_that_fail_again_and_again_find_back_into_the_network()
    {
        using var scenario = Scenario.Start(seed: null, nodes: 60);
        scenario.Simulation.Faults = new SimulationFaults { CrashProbability = 0.0005, MayCrash = path => !path.Contains("subscriber", StringComparison.Ordinal) };
        scenario.PublishEverySecond(30);

        scenario.Simulation.Faults = SimulationFaults.None;
        scenario.Run(15);
        var after = scenario.PublishEverySecond(20);

        Assert.All(after, publication => Assert.True(publication.Reached == 59, $"Seed {scenario.Simulation.Seed}: {publication.Number} reached {publication.Reached}."));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        static (int, string, long) Run(int? seed)
        {
            using var scenario = Scenario.Start(seed, nodes: 40, conditions: new NetworkConditions { Loss = 0.01, Reordering = 0.05 }, traced: true);
            scenario.PublishEverySecond(10);
            return (scenario.Simulation.Seed, scenario.Simulation.TraceHash, scenario.Network.TransmittedBytes);
        }

        var (seed, trace, bytes) = Run(null);
        Assert.Equal((seed, trace, bytes), Run(seed));
        Assert.NotEqual(trace, Run(seed + 1).Item2);
    }
}

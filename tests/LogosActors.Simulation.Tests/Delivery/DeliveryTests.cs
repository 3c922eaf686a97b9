using System.Diagnostics;
using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Simulations.Delivery;

/// <summary>Whole nodes in a network that loses, splits and crashes: messages reach all who want them, by way of stores if need be.</summary>
public sealed class DeliveryTests(ITestOutputHelper output)
{
    const int Nodes = 200;

    // Three in each part.
    const int Stores = 6;
    const double ChurnPerMinute = 0.1;
    const double Loss = 0.05;

    /// <summary>One run takes ten seconds and more, so that one is all there is time for at every commit; <c>LOGOS_SEED</c> explores others.</summary>
    static readonly int[] Seeds = [1, 77, 1234];

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly ReceivingOptions Options = new() { StoreInterval = TimeSpan.FromSeconds(5) };

    [Fact]
    public void Each_node_tells_each_message_once_through_churn_loss_and_two_partitions()
    {
        if (Environment.GetEnvironmentVariable(Simulation.SeedVariable) is { Length: > 0 })
        {
            Simulation.Explore(1, Run, Settings());
            return;
        }
        foreach (var seed in Seeds.Take(Tier.Of(1, Seeds.Length)))
        {
            using var simulation = new Simulation(Settings() with { Seed = seed });
            Run(simulation);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_of_whole_nodes()
    {
        static (int Seed, string Trace) Run(int? seed)
        {
            using var simulation = new Simulation(Settings() with { Seed = seed, Trace = true });
            using var scenario = new DeliveryScenario(simulation, nodes: 30, stores: 3, Options);
            scenario.Network.Conditions = scenario.Network.Conditions with { Loss = Loss };
            scenario.SendEverySecond(20, ChurnPerMinute);
            return (simulation.Seed, simulation.TraceHash);
        }

        var (seed, trace) = Run(null);
        output.WriteLine($"Seed {seed}: {trace}");
        Assert.Equal(trace, Run(seed).Trace);
        Assert.NotEqual(trace, Run(seed + 1).Trace);
    }

    static SimulationOptions Settings() => new() { MaxSteps = long.MaxValue, Trace = false };

    void Run(Simulation simulation)
    {
        var started = Stopwatch.GetTimestamp();
        using var scenario = new DeliveryScenario(simulation, Nodes, Stores, Options);
        scenario.Run(10);
        scenario.Network.Conditions = scenario.Network.Conditions with { Loss = Loss };

        scenario.SendEverySecond(30, ChurnPerMinute);
        scenario.Network.Partition(node => node.Number % 2);
        scenario.SendEverySecond(60, ChurnPerMinute);
        scenario.Network.Heal();
        scenario.SendEverySecond(30, ChurnPerMinute);
        scenario.Network.Partition(node => node.Number % 4 / 2);
        scenario.SendEverySecond(60, ChurnPerMinute);
        scenario.Network.Heal();
        scenario.SendEverySecond(30, ChurnPerMinute);
        var live = scenario.CountTold();
        var end = simulation.Now + Patience;
        while (scenario.CountMissing() + scenario.CountNotArchived() > 0 && simulation.Now < end)
            scenario.Run(10);
        var told = simulation.Now;
        // Time for what comes twice.
        scenario.Run(60);

        output.WriteLine(
            $"Seed {simulation.Seed}: {scenario.Messages} messages, {scenario.Crashes} crashes; {live} deliveries when the last was sent, {scenario.CountTold()} "
            + $"after {told.TotalMinutes:0.0} virtual minutes; {scenario.CountDoubted()} times a sender was told that stores lack its message; "
            + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        Assert.True(
            scenario.CountMissing() == 0,
            $"{scenario.CountMissing()} are missing, {scenario.CountMissing(onlyIfUp: true)} of them at nodes that were up: {scenario.DescribeMissing()}.");
        Assert.Equal(0, scenario.CountSuperfluous());
        Assert.Equal(scenario.Messages * (Nodes - 1), scenario.CountTold());
        Assert.Equal(0, scenario.CountNotArchived());
    }
}

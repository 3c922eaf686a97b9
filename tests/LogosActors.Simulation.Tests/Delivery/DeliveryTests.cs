using System.Diagnostics;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery;
using Xunit.Abstractions;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>Whole nodes in a network that loses, splits and crashes: messages reach all who want them, by way of stores if need be.</summary>
public sealed class DeliveryTests(ITestOutputHelper output)
{
    const int Nodes = 200;

    // Three in each part.
    const int Stores = 6;
    const double ChurnPerMinute = 0.1;
    const double Loss = 0.05;

    /// <summary>One run takes ten seconds and more, so that one is all there is time for; <c>LOGOS_SEED</c> explores others.</summary>
    const int Seed = 1;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly ReceivingOptions Options = new() { StoreInterval = TimeSpan.FromSeconds(5) };

    [Fact]
    public void Each_node_tells_each_message_once_through_churn_loss_and_two_partitions() =>
        DeterministicHost.Explore(Seed, 1, Run, options => options with { Persistence = DeliveryScenario.Durable });

    [Fact]
    public void The_same_seed_gives_the_same_run_of_whole_nodes()
    {
        static ulong Run(int seed)
        {
            using var host = DeterministicHost.Create(seed, options => options with { Persistence = DeliveryScenario.Durable });
            using var scenario = new DeliveryScenario(host, nodes: 30, stores: 3, Options);
            host.IsTraced = true;
            scenario.Network.Conditions = scenario.Network.Conditions with { Loss = Loss };
            scenario.SendEverySecond(20, ChurnPerMinute);
            return host.Trace;
        }

        var seed = Random.Shared.Next();
        Assert.Equal(Run(seed), Run(seed));
        Assert.NotEqual(Run(seed), Run(seed + 1));
    }

    void Run(DeterministicHost host)
    {
        var started = Stopwatch.GetTimestamp();
        using var scenario = new DeliveryScenario(host, Nodes, Stores, Options);
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
        var end = host.Time.Elapsed + Patience;
        while (scenario.CountMissing() + scenario.CountNotArchived() > 0 && host.Time.Elapsed < end)
            scenario.Run(10);
        var told = host.Time.Elapsed;
        // Time for what comes twice.
        scenario.Run(60);

        output.WriteLine(
            $"Seed {host.Seed}: {scenario.Messages} messages, {scenario.Crashes} crashes; {live} deliveries when the last was sent, {scenario.CountTold()} "
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

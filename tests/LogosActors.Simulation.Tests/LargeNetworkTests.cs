using System.Diagnostics;
using Xunit.Abstractions;

namespace LogosActors.Simulations;

public sealed class LargeNetworkTests(ITestOutputHelper output)
{
    const int Nodes = 1000;
    const int Seconds = 30;

    [Fact]
    public void Every_message_reaches_each_of_a_thousand_nodes_once()
    {
        var started = Stopwatch.GetTimestamp();
        using var scenario = Scenario.Start(Random.Shared.Next(), Nodes);
        var (ready, transmitted) = (Stopwatch.GetElapsedTime(started), scenario.Network.Transmitted);

        var published = scenario.PublishEverySecond(Seconds);

        var elapsed = Stopwatch.GetElapsedTime(started) - ready;
        output.WriteLine($"Seed {scenario.Simulation.Seed}: {Nodes} nodes ready after {ready.TotalSeconds:0.0} s, then {(Seconds + 5) / elapsed.TotalSeconds:0.0} simulated seconds per second");
        output.WriteLine($"{(scenario.Network.Transmitted - transmitted) / (double)Seconds / Nodes:0.0} RPCs per node and message; slowest delivery {published.Max(p => p.Slowest).TotalMilliseconds:0} ms");
        scenario.AssertAllReached(published, Nodes - 1);
    }
}

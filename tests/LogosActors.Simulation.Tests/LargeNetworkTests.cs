using System.Diagnostics;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Simulations;

public sealed class LargeNetworkTests(ITestOutputHelper output)
{
    const int Nodes = 1000;
    static readonly int Seconds = Tier.Of(10, 30);

    [Fact]
    public void Every_message_reaches_each_of_a_thousand_nodes_once()
    {
        var started = Stopwatch.GetTimestamp();
        using var scenario = Scenario.Start(seed: null, Nodes);
        var (ready, transmitted) = (Stopwatch.GetElapsedTime(started), scenario.Network.Transmitted);

        var (cpu, steps) = (Environment.CpuUsage.TotalTime, scenario.Simulation.Steps);
        var published = scenario.PublishEverySecond(Seconds);

        (cpu, steps) = (Environment.CpuUsage.TotalTime - cpu, scenario.Simulation.Steps - steps);
        var elapsed = Stopwatch.GetElapsedTime(started) - ready;
        output.WriteLine($"Seed {scenario.Simulation.Seed}: {Nodes} nodes ready after {ready.TotalSeconds:0.0} s, then {(Seconds + 5) / elapsed.TotalSeconds:0.0} simulated seconds per second, {(Seconds + 5) / cpu.TotalSeconds:0.0} per second of CPU; {steps / (Seconds + 5.0):0} steps per simulated second");
        output.WriteLine($"{(scenario.Network.Transmitted - transmitted) / (double)Seconds / Nodes:0.0} RPCs per node and message; slowest delivery {published.Max(p => p.Slowest).TotalMilliseconds:0} ms");
        scenario.AssertAllReached(published, Nodes - 1);
    }
}

using System.Diagnostics;
using LogosActors.Simulation.Tests;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>A thousand nodes in meshes of eight, one message per second: simulated time per real time, on one thread.</summary>
internal sealed class SimulationRow : Row
{
    const int Nodes = 1000;

    // Ten minutes in one: what the simulator must do.
    const double Target = 10;

    public override string Name => "simulator, 1,000 nodes, 1 msg/s";

    public override Task<Outcome> MeasureAsync(Budget budget)
    {
        var seconds = budget == Budget.Quick ? 60 : 600;
        using var scenario = Scenario.Start(seed: 1, Nodes);
        scenario.PublishEverySecond(10);
        var started = Stopwatch.GetTimestamp();
        var published = scenario.PublishEverySecond(seconds, settle: 0);
        var elapsed = Stopwatch.GetElapsedTime(started);
        scenario.Run(5);
        if (published.Exists(publication => publication.Reached != Nodes - 1))
            throw new InvalidOperationException("A message has not reached every node.");
        return Task.FromResult(new Outcome(seconds / elapsed.TotalSeconds, "s/s", new Peer("1 s of real time", 1), new Target.AtLeast(Target)));
    }
}

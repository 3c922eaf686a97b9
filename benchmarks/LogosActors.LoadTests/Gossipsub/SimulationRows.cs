using System.Diagnostics;
using LogosActors.Simulations;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>A thousand nodes in meshes of eight, one message per second: simulated time per real time, on one thread.</summary>
internal sealed class SimulationRows
{
    const int Nodes = 1000;
    const string Name = "simulator, 1,000 nodes, 1 msg/s";

    readonly SharedMeasurement<Run> _run = new(budget => Task.Run(() => Measure(budget == Budget.Quick ? 60 : 600)));

    public Row Speed() => new RunRow(Name, _run, static run => run.Speed, "s/s", static _ => new Peer("1 s of real time", 1), new Target.AtLeast(8));

    /// <summary>What a simulated second consists of: the speed of two versions is comparable while this is the same.</summary>
    public Row Steps() => new RunRow($"{Name}, steps", _run, static run => run.Steps, "/sim. s", static run => new Peer($"exactly: {run.Steps:0}", double.NaN), new Target.Printed());

    static Run Measure(int seconds)
    {
        using var scenario = Scenario.Start(seed: 1, Nodes);
        scenario.PublishEverySecond(10);
        var (started, steps) = (Stopwatch.GetTimestamp(), scenario.Simulation.Steps);
        var published = scenario.PublishEverySecond(seconds, settle: 0);
        var elapsed = Stopwatch.GetElapsedTime(started);
        steps = scenario.Simulation.Steps - steps;
        scenario.Run(5);
        if (published.Exists(publication => publication.Reached != Nodes - 1))
            throw new InvalidOperationException("A message has not reached every node.");
        return new Run(seconds / elapsed.TotalSeconds, (double)steps / seconds);
    }

    /// <param name="Speed">Simulated seconds per second.</param>
    /// <param name="Steps">Messages that actors handle in a simulated second.</param>
    sealed record Run(double Speed, double Steps);

    sealed class RunRow(string name, SharedMeasurement<Run> run, Func<Run, double> figure, string unit, Func<Run, Peer> peer, Target target) : Row
    {
        public override string Name => name;

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            var measured = await run.GetAsync(budget);
            return new(figure(measured), unit, peer(measured), target);
        }
    }
}

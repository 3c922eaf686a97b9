using System.Diagnostics;

namespace LogosActors.LoadTests.Delivery;

/// <summary>From the start of a process to its node's first connection.</summary>
internal sealed class StartRow : Row
{
    const int Starts = 5;

    public override string Name => "start to first connection";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var entry = await DeliveryNode.StartAsync();
        var times = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var child = await DeliveryNodeRole.StartAsync(1, entry: entry.Addresses[0]);
            await child.AskAsync($"{DeliveryNodeRole.Peers} 1");
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        // Other work on the machine only ever slows a start down.
        return new(times.Min(), "s", new("its median; by the JIT, not ReadyToRun", times.Order().ElementAt(Starts / 2)), new Target.AtMost(1));
    }
}

using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>What telling a message that exists already allocates.</summary>
internal sealed class TellAllocationRow : Row
{
    const int Messages = 500_000;

    // The round itself allocates a task or two: 5 KB would still be met.
    const double Nothing = 0.01;

    public override string Name => "tell, allocated besides the message";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("tell");
        var counter = system.Spawn(Props.Create(() => new Counter()));
        var least = double.MaxValue;
        for (var round = 0; round < budget.Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await TellRow.TellAsync(counter, Messages);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages);
        }

        return new(least, "B/tell", new("none", double.NaN), new Target.AtMost(Nothing));
    }
}

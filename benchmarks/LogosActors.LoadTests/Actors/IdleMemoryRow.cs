using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>What an actor that waits for messages occupies on the managed heap, its place in the tree included.</summary>
internal sealed class IdleMemoryRow : Row
{
    const int Actors = 100_000;

    public override string Name => "memory of an idle actor, of 100,000";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("idle");
        // The first family grows what the thread pool keeps for good; it is not a cost of idle actors.
        await system.StopAsync(await SpawnAsync(system), TimeSpan.FromSeconds(30));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var parent = await SpawnAsync(system);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await system.StopAsync(parent, TimeSpan.FromSeconds(30));
        return new((after - before) / (double)Actors, "B/actor", Akka.IdleMemory, new Target.AtMost(400));
    }

    static async Task<ActorRef> SpawnAsync(ActorSystem system)
    {
        var parent = system.Spawn(Props.Create(() => new SpawnRow.Parent()));
        var family = new SpawnRow.Family(Actors);
        parent.Tell(family);
        await family.Done.Task;
        return parent;
    }
}

using System.Diagnostics;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>One actor creates children; counted until the last of them has started.</summary>
internal sealed class SpawnRow : Row
{
    const int MostChildren = 100_000;

    public override string Name => "children created and started";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("spawn");
        var rate = await Rounds.BestAsync(budget, MostChildren, children => SpawnAsync(system, children));
        return new(rate, "actor/s", Akka.Spawn, new Target.AtLeast(500_000));
    }

    static async Task<TimeSpan> SpawnAsync(ActorSystem system, int children)
    {
        var parent = system.Spawn(Props.Create(() => new Parent()));
        var family = new Family(children);
        var started = Stopwatch.GetTimestamp();
        parent.Tell(family);
        await family.Done.Task;
        var elapsed = Stopwatch.GetElapsedTime(started);
        await system.StopAsync(parent, TimeSpan.FromSeconds(30));
        return elapsed;
    }

    internal sealed class Family(int children)
    {
        int _toStart = children;

        public int Children { get; } = children;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Started()
        {
            if (Interlocked.Decrement(ref _toStart) == 0)
                Done.SetResult();
        }
    }

    internal sealed class Parent : Actor
    {
        protected override void Receive(object message)
        {
            var family = (Family)message;
            var child = Props.Create(() => new Child(family));
            for (var i = 0; i < family.Children; i++)
                Context.Spawn(child);
        }
    }

    sealed class Child(Family family) : Actor
    {
        protected override void PreStart() => family.Started();
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>A child fails on every message of a full mailbox and is restarted by its parent each time.</summary>
internal sealed class RestartRow : Row
{
    public override string Name => "restarts by the parent";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("restart");
        var parent = system.Spawn(Props.Create(() => new Parent()));
        var (ours, ceiling) = await Rounds.PairAsync(budget, 1_000_000, failures => RestartAsync(parent, failures), ThrowAndCatchAsync);
        return new(ours, "restart/s", new("bare throw and catch", ceiling), new Target.TimesPeer(0.6));
    }

    static async Task<TimeSpan> RestartAsync(ActorRef parent, int failures)
    {
        var fail = new Fail(failures);
        var started = Stopwatch.GetTimestamp();
        parent.Tell(fail);
        await fail.Done.Task;
        return Stopwatch.GetElapsedTime(started);
    }

    static Task<TimeSpan> ThrowAndCatchAsync(int failures) => Task.Run(() =>
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < failures; i++)
        {
            try
            {
                Throw();
            }
            catch (InvalidOperationException)
            {
                // That is all that a bare loop does.
            }
        }

        return Stopwatch.GetElapsedTime(started);
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throw() => throw new InvalidOperationException("as asked");

    sealed record Fail(int Times)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Parent : Actor
    {
        readonly object _failure = new();
        ActorRef? _child;

        protected override void PreStart() => _child = Context.Spawn(Props.Create(() => new Child()));

        protected override void Receive(object message)
        {
            var fail = (Fail)message;
            for (var i = 0; i < fail.Times; i++)
                _child!.Tell(_failure);
            _child!.Tell(fail);
        }
    }

    sealed class Child : Actor
    {
        protected override void Receive(object message)
        {
            if (message is Fail end)
                end.Done.SetResult();
            else
                Throw();
        }
    }
}

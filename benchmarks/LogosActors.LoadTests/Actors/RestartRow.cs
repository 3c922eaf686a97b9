using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using LogosActors.Actors;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.LoadTests.Actors;

/// <summary>Messages per second through an actor that fails now and then and is restarted after a backoff; what arrives meanwhile waits in
/// its mailbox, and comes. The ceiling never fails.</summary>
internal sealed class RestartRow : Row
{
    const int FailsEvery = 100_000, MostMessages = 2_000_000;

    static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(1);

    public override string Name => "restarted with backoff every 100,000 msgs";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        // The restarts are not logged: they are the load.
        var system = LogosSystem.Create("restart", NullLoggerFactory.Instance, ConfigurationFactory.ParseString("akka.loglevel = OFF"));
        var failing = system.ActorOf(Props.Create(() => new Parent(FailsEvery)));
        var steady = system.ActorOf(Props.Create(() => new Parent(int.MaxValue)));
        var longer = budget with { Round = budget.Round * 4 };
        var (ours, ceiling) = await Rounds.PairAsync(
            longer, MostMessages, messages => SendAsync(failing, messages), messages => SendAsync(steady, messages));
        await system.Terminate();
        return new(ours, "msg/s", new("never failing", ceiling), new Target.Printed());
    }

    static async Task<TimeSpan> SendAsync(IActorRef parent, int messages)
    {
        var child = await parent.Ask<IActorRef>(Child.Instance);
        var run = new Run(messages);
        var message = new object();
        var started = Stopwatch.GetTimestamp();
        child.Tell(run);
        for (var i = 0; i < messages; i++)
            child.Tell(message);
        // A message that fails is not handled again; all others are.
        await run.Done.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return Stopwatch.GetElapsedTime(started);
    }

    sealed class Run(int messages)
    {
        int _left = messages;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Called for each message, also for one that fails.</summary>
        /// <returns>The number of the message, from the last.</returns>
        public int Count()
        {
            if (--_left == 0)
                Done.SetResult();
            return _left;
        }
    }

    sealed class Child
    {
        public static readonly Child Instance = new();
    }

    sealed class Parent(int failsEvery) : SupervisedActor
    {
        readonly Latest _latest = new();
        IActorRef? _worker;

        protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(Backoff, Backoff);

        protected override void PreStart() => _worker = Context.ActorOf(Props.Create(() => new Worker(_latest, failsEvery)));

        protected override void OnReceive(object message) => Sender.Tell(_worker);
    }

    /// <summary>The load's, not the worker's: which run it is counted for.</summary>
    sealed class Latest
    {
        public Run? Run { get; set; }
    }

    sealed class Worker(Latest latest, int failsEvery) : SupervisedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Run run)
                latest.Run = run;
            else if (latest.Run!.Count() % failsEvery == failsEvery - 1)
                throw new InvalidOperationException("As the load wants it.");
        }
    }
}

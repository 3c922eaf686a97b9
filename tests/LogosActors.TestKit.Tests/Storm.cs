using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.TestKit.Tests;

/// <summary>
/// Parents that lose and replace ten children at a time, persistent actors that fail, timers, asynchronous handlers: all that
/// could let an order come from a dictionary, an address in memory or a thread.
/// </summary>
static class Storm
{
    public static string Trace(int seed, TextWriter? writer = null)
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = seed,
            TraceWriter = writer,
            Faults = new SimulationFaults { CrashProbability = 0.002, ClockStepProbability = 0.01 },
            StorageFaults = new StorageFaults { WriteFailure = 0.002, WriteFailureAfterCommit = 0.002, MaxLatency = TimeSpan.FromMilliseconds(50) },
        });
        Run(simulation);
        return $"{simulation.Steps} {simulation.TraceHash} {simulation.Storage.EventCount}";
    }

    public static void Run(Simulation simulation)
    {
        for (var i = 0; i < 5; i++)
            simulation.System.ActorOf(Props.Create(() => new ParentActor(simulation)), $"parent-{i}");
        for (var i = 0; i < 100; i++)
        {
            var id = i;
            simulation.System.ActorOf(Props.Create(() => new NodeActor(id, simulation)), $"node-{id}").Tell(id);
        }

        simulation.RunFor(TimeSpan.FromMinutes(2));
    }

    /// <summary>Restarts, and with it stops its children; or stops them all, or restarts one, which fails all.</summary>
    sealed class ParentActor(Simulation simulation) : UntypedActor, IWithTimers
    {
        readonly Random _random = new(simulation.Seed);

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            for (var i = 0; i < 10; i++)
                Context.Watch(Context.ActorOf(Props.Create(() => new ChildActor()), i % 2 == 0 ? $"child-{i}-{_random.Next()}" : null));
            Timers.StartSingleTimer("next", "next", TimeSpan.FromMilliseconds(50 + _random.Next(200)));
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "next" when _random.Next(3) == 0:
                    throw new InvalidOperationException("Restart the parent.");
                case "next" when _random.Next(2) == 0:
                    foreach (var child in Context.GetChildren())
                        Context.Stop(child);
                    break;
                case "next":
                    Context.GetChildren().OrderBy(child => child.Path.Name, StringComparer.Ordinal).First().Tell("fail");
                    Timers.StartSingleTimer("next", "next", TimeSpan.FromMilliseconds(100));
                    break;
                case Terminated when !Context.GetChildren().Any():
                    throw new InvalidOperationException("All are gone.");
            }
        }

        protected override SupervisorStrategy SupervisorStrategy() => new AllForOneStrategy(_ => Directive.Restart);
    }

    sealed class ChildActor : UntypedActor
    {
        protected override void PreStart()
        {
            Context.ActorOf(Props.Create(() => new LeafActor()));
            Context.Parent.Tell(Self.Path.Name.Length);
        }

        protected override void PostStop() => Context.Parent.Tell("stopped");

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new InvalidOperationException("Restart all.");
        }
    }

    sealed class LeafActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    /// <summary>Greets random others, persists what it hears, fails now and then, awaits now and then.</summary>
    sealed class NodeActor : ReceivePersistentActor, IWithTimers
    {
        readonly Random _random;
        int _heard;

        public NodeActor(int id, Simulation simulation)
        {
            (PersistenceId, _random) = ($"node-{id}", new Random(unchecked((simulation.Seed * 7919) + id)));
            Recover<int>(n => _heard += n);
            Command<string>(message =>
            {
                switch (message)
                {
                    case "tick":
                        Context.ActorSelection($"../node-{_random.Next(100)}").Tell("hi", Self);
                        StartTimer();
                        break;
                    case "hi":
                        Persist(1, n =>
                        {
                            _heard += n;
                            Sender.Tell("ack");
                        });
                        break;
                    case "ack" when _random.Next(50) == 0:
                        throw new InvalidOperationException("Restart.");
                    case "ack" when _random.Next(10) == 0:
                        Pipe(SlowAsync(simulation.Time), Self);
                        break;
                }
            });
            CommandAsync<int>(async _ =>
            {
                await Task.Yield();
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(5)), simulation.Time);
                Sender.Tell("done");
            });
        }

        public override string PersistenceId { get; }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            StartTimer();
            base.PreStart();
        }

        static async Task<string> SlowAsync(TimeProvider time)
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(3), time).ConfigureAwait(false);
            return "slow";
        }

        static void Pipe(Task<string> task, IActorRef recipient) => _ = task.ContinueWith(
            static (done, to) => ((IActorRef)to!).Tell("piped", ActorRefs.NoSender), recipient,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        void StartTimer() => Timers.StartSingleTimer("tick", "tick", TimeSpan.FromMilliseconds(_random.Next(1, 3000)));
    }
}

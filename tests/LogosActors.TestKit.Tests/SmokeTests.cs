using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.TestKit.Tests;

public sealed class SmokeTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void Spike_runs_twice_alike()
    {
        var hashes = new List<string>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            using var simulation = new Simulation(seed);
            simulation.System.ActorOf(Props.Create(() => new Root(simulation)), "root").Tell("go");
            simulation.RunFor(TimeSpan.FromMinutes(1));
            hashes.Add(simulation.TraceHash);
            output.WriteLine($"{simulation.Steps} steps, {simulation.Steps / watch.Elapsed.TotalSeconds:N0}/s, {simulation.TraceHash}, events {simulation.Storage.EventCount}, log {simulation.Log.Entries.Count}");
            output.WriteLine(string.Join("\n", simulation.Log.Entries.Take(3)));
        }
        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    sealed class Root(Simulation simulation) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            for (var i = 0; i < 200; i++)
            {
                var id = i;
                Context.ActorOf(Props.Create(() => new Node(id, simulation)), $"n{id}").Tell(id);
            }
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);
    }

    sealed class Node : ReceivePersistentActor, IWithTimers
    {
        readonly Random _random;
        int _heard;

        public Node(int id, Simulation simulation)
        {
            (PersistenceId, _random) = ($"n{id}", new Random(unchecked(simulation.Seed * 7919 + id)));
            Recover<int>(n => _heard += n);
            Command<string>(message =>
            {
                switch (message)
                {
                    case "tick":
                        Context.ActorSelection($"../n{_random.Next(200)}").Tell("hi", Self);
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
                        throw new InvalidOperationException("injected");
                    case "ack" when _random.Next(10) == 0:
                        Pipe(SlowAsync(), Self);
                        break;
                }
            });
            CommandAsync<int>(async n =>
            {
                await Task.Yield();
                Assert.Equal(id, n);
                Assert.Equal(PersistenceId, Self.Path.Name);
                _ = Context.Sender;
                await Task.Delay(TimeSpan.FromMilliseconds(5), simulation.Time);
                _ = Context.Sender;
            });
        }

        public override string PersistenceId { get; }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            StartTimer();
            base.PreStart();
        }

        void StartTimer() => Timers.StartSingleTimer("tick", "tick", TimeSpan.FromMilliseconds(_random.Next(1, 3000)));

        static async Task<string> SlowAsync()
        {
            await Task.Yield();
            return "slow";
        }

        static void Pipe(Task<string> task, IActorRef recipient) => task.ContinueWith(
            static (done, to) => ((IActorRef)to!).Tell(done.Result, ActorRefs.NoSender), recipient,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}

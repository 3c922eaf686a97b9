using System.Diagnostics;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.TestKit;

public sealed class DeterministicHostTests(ITestOutputHelper output)
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Every_part_of_every_handler_runs_on_the_thread_of_the_pump()
    {
        var here = Environment.CurrentManagedThreadId;
        DeterministicHost.Explore(1, 50, host =>
        {
            var threads = new List<(string Where, int Thread)>();
            var echo = host.System.Spawn(Props.Create(() => new SlowEcho(threads)), "echo");
            var asker = host.System.Spawn(Props.Create(() => new Asker(echo, threads)), "asker");
            var answer = host.Await(asker.Ask<string>("ping", 30 * Second));
            Assert.Equal("ping, piped", answer);
            host.Await(host.System.StopAsync(asker, Second));
            host.Await(host.System.TerminateAsync());
            Assert.Contains(threads, t => string.Equals(t.Where, "after everything", StringComparison.Ordinal));
            Assert.All(threads, t => Assert.Equal(here, t.Thread));
        });
    }

    [Fact]
    public void Backpressure_and_time_outs_stay_on_the_thread_of_the_pump()
    {
        DeterministicHost.Explore(1, 20, host =>
        {
            var slow = host.System.Spawn(Props.Create(() => new SlowEcho([])) with { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.Backpressure) });
            host.Run(async () =>
            {
                var here = Environment.CurrentManagedThreadId;
                for (var i = 0; i < 10; i++)
                    await slow.TellAsync(i);
                Assert.Equal(here, Environment.CurrentManagedThreadId);
                await Assert.ThrowsAsync<AskTimeoutException>(() => host.System.DeadLetters.Ask<object>("nobody", Second));
                Assert.Equal(here, Environment.CurrentManagedThreadId);
                using var cancellation = new CancellationTokenSource(Second, host.Time);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(
                    () => host.System.DeadLetters.Ask<object>("nobody", 9 * Second, cancellation: cancellation.Token));
                Assert.Equal(here, Environment.CurrentManagedThreadId);
            });
        });
    }

    [Fact]
    public void Work_that_leaves_the_thread_is_an_error_that_names_the_actor()
    {
        var host = DeterministicHost.Create(7);
        var elsewhere = new TaskCompletionSource();
        host.System.Spawn(Props.Create(() => new Wanderer(elsewhere.Task)), "wanderer").Tell("go");
        host.RunUntilIdle();
        var thread = new Thread(elsewhere.SetResult);
        thread.Start();
        thread.Join();
        var error = Assert.Throws<InvalidOperationException>(host.Dispose);
        Assert.Contains("/wanderer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_other_seeds_give_others()
    {
        var traces = Enumerable.Range(1, 20).Select(TraceOf).ToArray();
        Assert.Equal(traces, Enumerable.Range(1, 20).Select(TraceOf));
        Assert.True(traces.Distinct().Count() > 15);

        static ulong TraceOf(int seed)
        {
            using var host = DeterministicHost.Create(seed, faults: new FaultPlan { CrashProbability = 0.01, ClockStepProbability = 0.1 });
            var counter = host.System.Spawn(Props.Create(() => new Counter()), "counter");
            for (var i = 0; i < 5; i++)
                host.System.Spawn(Props.Create(() => new Ticker(counter)), $"ticker-{i}");
            host.RunFor(10 * Second);
            return host.Trace;
        }
    }

    [Fact]
    public void Some_seed_finds_the_interleaving_that_loses_an_update_and_its_name_is_in_the_failure()
    {
        var failure = Assert.Throws<SeedFailedException>(() => DeterministicHost.Explore(1, 100, LoseAnUpdate));
        Assert.Contains($"LOGOS_SEED={failure.Seed}", failure.Message, StringComparison.Ordinal);
        var again = Assert.Throws<SeedFailedException>(() => DeterministicHost.Explore(failure.Seed, 1, LoseAnUpdate));
        Assert.Equal(failure.Message, again.Message);

        static void LoseAnUpdate(DeterministicHost host)
        {
            var register = host.System.Spawn(Props.Create(() => new Register()));
            host.System.Spawn(Props.Create(() => new Incrementer(register)));
            host.System.Spawn(Props.Create(() => new Incrementer(register)));
            host.RunUntilIdle();
            Assert.Equal(2, host.Await(register.Ask<int>("get", Second)));
        }
    }

    [Fact]
    public void A_run_without_end_fails_with_its_seed_and_the_busiest_actors()
    {
        using var host = DeterministicHost.Create(3);
        host.MaxTurns = 10_000;
        var chatter = host.System.Spawn(Props.Create(() => new Chatter()), "chatter");
        chatter.Tell("go");
        var error = Assert.Throws<EndlessRunException>(host.RunUntilIdle);
        Assert.Equal(3, error.Seed);
        Assert.Contains("/chatter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Injected_crashes_restart_the_actors_that_the_plan_chooses_and_no_others()
    {
        var logs = new LogCapture();
        using var host = DeterministicHost.Create(
            5, o => o with { LoggerFactory = logs },
            new FaultPlan { CrashProbability = 0.5, MayCrash = path => path.Contains("weak", StringComparison.Ordinal) });
        var weak = host.System.Spawn(Props.Create(() => new Counter()), "weak");
        var strong = host.System.Spawn(Props.Create(() => new Counter()), "strong");
        for (var i = 0; i < 100; i++)
        {
            weak.Tell("count");
            strong.Tell("count");
        }

        host.RunUntilIdle();
        var tree = host.System.Tree();
        Assert.InRange(tree.Single(a => a.Actor == weak).Restarts, 20, 80);
        Assert.Equal(0, tree.Single(a => a.Actor == strong).Restarts);
        Assert.All(logs.Entries, e => Assert.IsType<InjectedCrashException>(e.Exception));
    }

    [Fact]
    public void Time_moves_from_timer_to_timer_and_stands_still_while_messages_are_handled()
    {
        using var host = DeterministicHost.Create(1);
        var counter = host.System.Spawn(Props.Create(() => new Counter()));
        host.System.Spawn(Props.Create(() => new Ticker(counter)));
        host.RunFor(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromDays(1), host.Time.Elapsed);
        Assert.Equal(86_400, host.Await(counter.Ask<int>("get", Second)));
        Assert.Equal(TimeSpan.FromDays(1), host.Time.Elapsed);
    }

    [Fact]
    public void The_wall_clock_is_stepped_by_the_plan_and_timers_do_not_notice()
    {
        using var host = DeterministicHost.Create(1, faults: new FaultPlan { ClockStepProbability = 1, MaxClockStep = Second });
        var start = host.Time.GetUtcNow();
        var counter = host.System.Spawn(Props.Create(() => new Counter()));
        host.System.Spawn(Props.Create(() => new Ticker(counter)));
        var drift = TimeSpan.Zero;
        for (var i = 1; i <= 100; i++)
        {
            host.RunFor(Second);
            var moved = host.Time.GetUtcNow() - start - host.Time.Elapsed;
            Assert.NotEqual(drift, moved);
            drift = moved;
        }

        Assert.Equal(100 * Second, host.Time.Elapsed);
        Assert.Equal(100, host.Await(counter.Ask<int>("get", Second)));
    }

    [Fact]
    public void A_task_that_nothing_can_end_is_reported_at_once()
    {
        using var host = DeterministicHost.Create(11);
        var error = Assert.Throws<TimeoutException>(() => host.Await(new TaskCompletionSource().Task));
        Assert.Contains("Seed 11", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_pass_at_a_rate_that_lets_a_test_have_millions()
    {
        using var host = DeterministicHost.Create(1);
        host.MaxTurns = long.MaxValue;
        var peers = Enumerable.Range(0, 1000).Select(i => host.System.Spawn(Props.Create(() => new Passer()), $"peer-{i}")).ToArray();
        foreach (var peer in peers)
            peer.Tell(new Passer.Ball(peers, 500));
        var watch = Stopwatch.StartNew();
        host.RunUntilIdle();
        output.WriteLine($"{host.MessageCount / watch.Elapsed.TotalSeconds:N0} messages/s ({host.MessageCount} in {watch.Elapsed})");
        Assert.True(host.MessageCount >= 500_000);
    }

    sealed class Passer : Actor
    {
        internal sealed record Ball(ActorRef[] Peers, int Passes)
        {
            public int Left { get; set; } = Passes;
        }

        protected override void Receive(object message)
        {
            var ball = (Ball)message;
            if (ball.Left-- > 0)
                ball.Peers[Context.Random.Next(ball.Peers.Length)].Tell(ball, Self);
        }
    }

    sealed class Counter : Actor
    {
        int _count;

        protected override void Receive(object message)
        {
            if (message is "get")
                Reply(_count);
            else
                _count++;
        }
    }

    sealed class Ticker(ActorRef target) : Actor
    {
        protected override void PreStart() => Context.StartPeriodicTimer("tick", "tick", Second);

        protected override void Receive(object message) => target.Tell(message, Self);
    }

    sealed class Chatter : Actor
    {
        protected override void Receive(object message) => Self.Tell(message, Self);
    }

    sealed class Register : Actor
    {
        int _value;

        protected override void Receive(object message)
        {
            if (message is int value)
                _value = value;
            else
                Reply(_value);
        }
    }

    sealed class Incrementer(ActorRef register) : Actor
    {
        protected override void PreStart() => register.Tell("get", Self);

        protected override void Receive(object message) => register.Tell((int)message + 1, Self);
    }

    sealed class Wanderer(Task elsewhere) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            await elsewhere;
            Reply("back");
        }
    }

    sealed class SlowEcho(List<(string Where, int Thread)> threads) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            threads.Add(("echo before", Environment.CurrentManagedThreadId));
            await Task.Delay(Second, Time, Context.Stopping);
            threads.Add(("echo after", Environment.CurrentManagedThreadId));
            Reply(message);
        }
    }

    sealed class Asker(ActorRef echo, List<(string Where, int Thread)> threads) : Actor
    {
        ActorRef? _client;

        protected override async ValueTask ReceiveAsync(object message)
        {
            Note("start");
            if (message is Piped piped)
            {
                Note("after everything");
                _client!.Tell(piped.Text, Self);
                return;
            }

            _client = Sender;
            await Task.Yield();
            Note("after yield");
            var answer = await echo.Ask<string>(message, TimeSpan.FromSeconds(5));
            Note("after ask");
            await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(2), Time), Task.Delay(Second, Time));
            Note("after delay");
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var timer = Time.CreateTimer(_ => gate.SetResult(), null, Second, Timeout.InfiniteTimeSpan);
            await gate.Task;
            Note("after gate");
            await InnerAsync();
            Note("after inner");
            Context.PipeTo(PipedAsync(answer));
        }

        async Task InnerAsync()
        {
            await Task.Delay(Second, Time).ConfigureAwait(false);
            Note("inner without context");
        }

        async Task<Piped> PipedAsync(string answer)
        {
            await echo.Ask<string>("again", TimeSpan.FromSeconds(9)).ConfigureAwait(false);
            Note("in the piped task");
            return new Piped($"{answer}, piped");
        }

        void Note(string where) => threads.Add((where, Environment.CurrentManagedThreadId));

        sealed record Piped(string Text);
    }
}

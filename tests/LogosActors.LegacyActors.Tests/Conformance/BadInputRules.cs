using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class BadInputOnEmbeddedHost(ITestOutputHelper output) : BadInputRules(Hosts.Embedded, output);

public sealed class BadInputOnDeterministicHost(ITestOutputHelper output) : BadInputRules(Hosts.Deterministic, output);

/// <summary>The contract about user code that fails where it should not: messages, constructors, hooks, strategies.</summary>
public abstract class BadInputRules(HostFactory host, ITestOutputHelper output) : SupervisionSuite(host, output)
{
    static readonly ExponentialBackoff Backoff = new(Second, 2 * Second);

    public enum Place
    {
        Constructor,
        PreStart,
    }

    public enum BadStrategy
    {
        GetterThrows,
        DeciderThrows,
        DeciderIsNull,
        DirectiveIsUnknown,
    }

    [Fact]
    public async Task A_poison_message_costs_itself_and_at_the_limit_its_reader_and_what_waits_behind()
    {
        var probe = CreateTestProbe();
        var child = await SpawnChild(SpawnSupervisor(new OneForOneStrategy { MaxRestarts = 2 }), () => new ScriptedActor
        {
            OnReceive = (_, message) => probe.Ref.Tell(message is int number && number % 10 == 9 ? throw new FormatException("poison") : message),
        });
        probe.Watch(child);
        await EventFilter.DeadLetter<int>(letter => letter.Recipient == child).Expect(20, () =>
        {
            for (var i = 0; i < 50; i++)
                child.Tell(i);
        });
        Assert.Equal(Enumerable.Range(0, 30).Where(i => i % 10 != 9).Cast<object>(), await probe.ReceiveN(27));
        await probe.ExpectTerminated(child);
    }

    [Theory]
    [InlineData(Place.Constructor)]
    [InlineData(Place.PreStart)]
    public async Task An_actor_that_cannot_be_started_is_stopped_and_its_watchers_are_told(Place place)
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new OneForOneStrategy());
        var child = await SpawnChild(supervisor, Starting(place, _ => false), "name");
        probe.Watch(child);
        await probe.ExpectTerminated(child);
        Assert.Contains(Logs.Entries, e => e.Exception is ActorInitializationException { InnerException: FormatException });
        await SpawnCounter(supervisor, "name");
    }

    [Theory]
    [InlineData(Place.Constructor)]
    [InlineData(Place.PreStart)]
    public async Task Starts_that_fail_count_against_the_limit(Place place)
    {
        var probe = CreateTestProbe();
        var attempts = 0;
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Decider = _ => Directive.Restart, MaxRestarts = 3 });
        var child = await SpawnChild(supervisor, Starting(place, _ => Interlocked.Increment(ref attempts) == 1));
        probe.Watch(child);
        Crash(child);
        await probe.ExpectTerminated(child);
        Assert.Equal(4, attempts);
    }

    [Theory]
    [InlineData(Place.Constructor)]
    [InlineData(Place.PreStart)]
    public async Task With_a_backoff_a_start_is_tried_until_it_succeeds_and_messages_wait_for_it(Place place)
    {
        var attempts = 0;
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Decider = _ => Directive.Restart, Backoff = Backoff });
        var child = await SpawnChild(supervisor, Starting(place, _ => Interlocked.Increment(ref attempts) == 5));
        var answer = child.Ask<string>("who", TimeSpan.FromMinutes(1));
        await AdvanceAsync(20 * Second);
        Assert.Equal("started", await AwaitAsync(answer));
        Assert.Equal((5, 4), (attempts, RestartsOf(child)));
    }

    [Fact]
    public async Task A_PreRestart_or_PostStop_that_throws_is_logged_and_the_restart_and_the_stop_go_on()
    {
        var probe = CreateTestProbe();
        var child = await SpawnChild(SpawnSupervisor(new OneForOneStrategy()), () => new ScriptedActor
        {
            OnPreRestart = (_, _, _) => throw new InvalidCastException("in PreRestart"),
            OnPostStop = _ => throw new InvalidCastException("in PostStop"),
            OnReceive = (_, message) => probe.Ref.Tell(message),
        });
        probe.Watch(child);
        await EventFilter.Exception<InvalidCastException>("in PreRestart").Expect(1, () => Crash(child));
        child.Tell("restarted");
        await probe.ExpectMsg("restarted");
        await EventFilter.Exception<InvalidCastException>("in PostStop").Expect(1, () => System.Stop(child));
        await probe.ExpectTerminated(child);
    }

    [Fact]
    public async Task A_PostRestart_that_throws_is_a_failure_of_its_own_and_counts_against_the_limit()
    {
        var probe = CreateTestProbe();
        var restarts = 0;
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Decider = _ => Directive.Restart, MaxRestarts = 2 });
        var child = await SpawnChild(supervisor, () => new ScriptedActor
        {
            OnPostRestart = (_, _) =>
            {
                restarts++;
                throw new InvalidCastException("in PostRestart");
            },
        });
        probe.Watch(child);
        Crash(child);
        await probe.ExpectTerminated(child);
        Assert.Equal(2, restarts);
    }

    [Theory]
    [InlineData(BadStrategy.GetterThrows)]
    [InlineData(BadStrategy.DeciderThrows)]
    [InlineData(BadStrategy.DeciderIsNull)]
    [InlineData(BadStrategy.DirectiveIsUnknown)]
    public async Task A_strategy_that_cannot_decide_is_logged_and_leaves_the_decision_to_the_next_supervisor(BadStrategy kind)
    {
        var probe = CreateTestProbe();
        var top = SpawnSupervisor(new OneForOneStrategy());
        var bad = await SpawnChild(top, () => new ScriptedActor { OnFailureOfChild = () => Bad(kind), OnPostRestart = (_, e) => probe.Ref.Tell(e.Message) });
        var child = await SpawnCounter(bad);
        probe.Watch(child);
        await EventFilter.Custom(e => e.Level == LogLevel.Error && e.Message.Contains("decide", StringComparison.Ordinal))
            .Expect(1, () => Crash(child, "cause"));
        Assert.Equal(["cause", new Terminated(child)], (await probe.ReceiveN(2)).OrderBy(m => m is Terminated));
        await SpawnCounter(bad);
        Assert.Equal(1, RestartsOf(bad));
    }

    [Fact]
    public async Task An_exception_that_cannot_describe_itself_is_a_failure_like_any_other()
    {
        var probe = CreateTestProbe();
        var attempts = 0;
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Decider = _ => Directive.Restart });
        var child = await SpawnChild(supervisor, () => new ScriptedActor
        {
            OnPreStart = _ =>
            {
                if (attempts++ == 0)
                    throw new UnspeakableException();
            },
            OnReceive = (_, message) => probe.Ref.Tell(message),
        });
        child.Tell(new ScriptedActor.Crash(new UnspeakableException()));
        child.Tell("after");
        await probe.ExpectMsg("after");
        Assert.Equal(2, RestartsOf(child));
    }

    [Fact]
    public async Task A_timer_whose_key_cannot_be_compared_fails_its_actor_and_nobody_else()
    {
        var probe = CreateTestProbe();
        var key = new BrokenKey();
        var child = await SpawnChild(SpawnSupervisor(new OneForOneStrategy()), () => new ScriptedActor
        {
            OnReceive = (self, message) =>
            {
                self.Context.StartSingleTimer(key, "due", Second);
                key.IsBroken = true;
            },
            OnPostRestart = (_, reason) => probe.Ref.Tell(reason.Message),
        });
        child.Tell("start");
        await AdvanceAsync(2 * Second);
        await probe.ExpectMsg("broken key");
    }

    [Fact]
    public async Task A_callback_of_the_token_Stopping_that_throws_is_logged_and_the_stop_goes_on()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, _) =>
        {
            self.Context.Stopping.Register(() => throw new InvalidCastException("in the callback"));
            probe.Ref.Tell("awaits");
            await Task.Delay(Timeout.InfiniteTimeSpan, self.Time, self.Context.Stopping);
        })));
        probe.Watch(actor);
        actor.Tell("go");
        await probe.ExpectMsg("awaits");
        await EventFilter.Exception<InvalidCastException>().Expect(1, () => System.Stop(actor));
        await probe.ExpectTerminated(actor);
    }

    static OneForOneStrategy Bad(BadStrategy kind) => kind switch
    {
        BadStrategy.GetterThrows => throw new InvalidCastException("no strategy"),
        BadStrategy.DeciderThrows => new OneForOneStrategy { Decider = _ => throw new InvalidCastException("no decision") },
        BadStrategy.DeciderIsNull => new OneForOneStrategy { Decider = null! },
        _ => Always((Directive)99),
    };

    /// <summary>An actor whose start succeeds or fails as the test says, in its constructor or in its first hook.</summary>
    static Props Starting(Place place, Func<Place, bool> succeeds) =>
        Props.Create(() =>
        {
            if (place == Place.Constructor)
                ThrowUnless(succeeds(place));
            return new ScriptedActor
            {
                OnPreStart = _ => ThrowUnless(place == Place.Constructor || succeeds(place)),
                OnReceive = (self, _) => self.Reply("started"),
            };
        });

    static void ThrowUnless(bool succeeds)
    {
        if (!succeeds)
            throw new FormatException("cannot start");
    }

    sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("This exception has no message.");
    }

    sealed class BrokenKey
    {
        public bool IsBroken { get; set; }

        public override bool Equals(object? obj) => IsBroken ? throw new InvalidOperationException("broken key") : ReferenceEquals(this, obj);

        public override int GetHashCode() => IsBroken ? throw new InvalidOperationException("broken key") : 1;
    }
}

using System.Collections.Concurrent;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class RestartOnEmbeddedHost(ITestOutputHelper output) : RestartRules(Hosts.Embedded, output);

public sealed class RestartOnDeterministicHost(ITestOutputHelper output) : RestartRules(Hosts.Deterministic, output);

/// <summary>The contract about hooks, children and timers at a restart, and about backoffs.</summary>
public abstract class RestartRules(HostFactory host, ITestOutputHelper output)
    : SupervisionSuite(host, output, options => options with { Persistence = new PersistenceOptions { Journal = new InMemoryJournal() } })
{
    static readonly ExponentialBackoff Backoff = new(Second, 8 * Second, jitter: 0.5) { ResetAfter = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Hooks_run_in_their_order_around_the_end_of_the_children()
    {
        var steps = new ConcurrentQueue<string>();
        var instances = 0;
        var probe = CreateTestProbe();
        var actor = await SpawnChild(SpawnSupervisor(new OneForOneStrategy()), () =>
        {
            var instance = ++instances;
            steps.Enqueue($"constructor {instance}");
            return new ScriptedActor
            {
                OnPreStart = _ => steps.Enqueue($"PreStart {instance}"),
                OnPreRestart = (_, reason, message) =>
                    steps.Enqueue($"PreRestart {instance} {reason.Message} {((ScriptedActor.Crash)message!).Cause.Message}"),
                OnPostRestart = (_, reason) =>
                {
                    steps.Enqueue($"PostRestart {instance} {reason.Message}");
                    probe.Ref.Tell("restarted");
                },
                OnPostStop = _ => steps.Enqueue($"PostStop {instance}"),
            };
        });
        await SpawnChild(actor, () => new ScriptedActor { OnPostStop = _ => steps.Enqueue("child stopped") });
        probe.Watch(actor);
        Crash(actor, "why");
        await probe.ExpectMsg("restarted");
        System.Stop(actor);
        await probe.ExpectTerminated(actor);
        Assert.Equal(
            ["constructor 1", "PreStart 1", "PreRestart 1 why why", "child stopped", "constructor 2", "PostRestart 2 why", "PostStop 2"],
            steps);
    }

    [Fact]
    public async Task By_default_a_restart_stops_the_old_instance_and_starts_the_new_one()
    {
        var steps = new ConcurrentQueue<string>();
        var instances = 0;
        var actor = await SpawnChild(SpawnSupervisor(new OneForOneStrategy()), () =>
        {
            var instance = ++instances;
            return new ScriptedActor
            {
                OnPreStart = _ => steps.Enqueue($"PreStart {instance}"),
                OnPostStop = _ => steps.Enqueue($"PostStop {instance}"),
            };
        });
        Crash(actor);
        await AwaitCondition(() => RestartsOf(actor) == 1 && steps.Count == 3);
        Assert.Equal(["PreStart 1", "PostStop 1", "PreStart 2"], steps);
    }

    [Fact]
    public async Task A_sibling_that_shares_the_restart_is_told_the_reason_but_no_message()
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new AllForOneStrategy());
        var failing = await SpawnCounter(supervisor);
        await SpawnChild(supervisor, () => new ScriptedActor { OnPreRestart = (_, reason, message) => probe.Ref.Tell((reason.Message, message)) });
        Crash(failing, "why");
        await probe.ExpectMsg(("why", (object?)null));
    }

    [Fact]
    public async Task Timers_that_were_due_at_the_restart_do_not_reach_the_new_instance()
    {
        var probe = CreateTestProbe();
        var instances = 0;
        var actor = await SpawnChild(SpawnSupervisor(new OneForOneStrategy { Backoff = Backoff }), () =>
        {
            var instance = ++instances;
            return new ScriptedActor
            {
                OnReceive = (self, message) =>
                {
                    if (message is "start")
                        self.Context.StartPeriodicTimer("tick", "tick", Second / 10);
                    else
                        probe.Ref.Tell((instance, message));
                },
            };
        });
        actor.Tell("start");
        await AdvanceAsync(Second);
        Crash(actor);
        await AdvanceAsync(5 * Second);
        actor.Tell("last");
        Assert.Equal(Enumerable.Repeat<object>((1, (object)"tick"), 10).Append((2, (object)"last")), await probe.ReceiveN(11));
        await probe.ExpectNoMsg(Second);
    }

    [Fact]
    public async Task Backoffs_double_from_the_least_to_the_longest_and_are_lengthened_at_random()
    {
        var probe = CreateTestProbe();
        var child = await SpawnChild(
            SpawnSupervisor(new OneForOneStrategy { Backoff = Backoff }),
            () => new ScriptedActor { OnPostRestart = (self, _) => probe.Ref.Tell(self.Time.GetTimestamp()) });
        var delays = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            var failed = System.Time.GetTimestamp();
            Crash(child);
            await AdvanceAsync(20 * Second);
            delays.Add(System.Time.GetElapsedTime(failed, await probe.ExpectMsg<long>()));
        }

        int[] least = [1, 2, 4, 8, 8, 8];
        for (var i = 0; i < least.Length; i++)
            Assert.InRange(delays[i], least[i] * Second, least[i] * 1.5 * Second);
        Assert.NotEqual(delays[4], delays[5]);
    }

    [Fact]
    public async Task A_child_that_has_lived_long_enough_starts_again_at_the_least_backoff()
    {
        var child = await SpawnCounter(SpawnSupervisor(
            new OneForOneStrategy { Backoff = new ExponentialBackoff(Second, 8 * Second, jitter: 0) { ResetAfter = 10 * Second } }));
        foreach (var (wait, quiet) in new[] { (1, 0), (2, 0), (4, 11), (1, 0) })
        {
            var before = RestartsOf(child);
            Crash(child);
            await AdvanceAsync(wait * Second - Second / 2);
            Assert.Equal(ActorState.Restarting, System.Tree().Single(a => a.Actor == child).State);
            await AdvanceAsync(Second / 2);
            Assert.Equal(0, await Count(child));
            Assert.Equal(before + 1, RestartsOf(child));
            await AdvanceAsync(quiet * Second);
        }
    }

    [Fact]
    public async Task Messages_that_arrive_during_a_backoff_are_kept_in_order()
    {
        var probe = CreateTestProbe();
        var child = await SpawnChild(
            SpawnSupervisor(new OneForOneStrategy { Backoff = Backoff }),
            () => new ScriptedActor { OnReceive = (_, message) => probe.Ref.Tell(message) });
        child.Tell(0);
        Crash(child);
        for (var i = 1; i < 100; i++)
        {
            child.Tell(i);
            if (i == 50)
                await AdvanceAsync(Second / 2);
        }

        await probe.ExpectMsg(0);
        Assert.Equal(0, probe.Waiting);
        await AdvanceAsync(2 * Second);
        Assert.Equal(Enumerable.Range(1, 99).Cast<object>(), await probe.ReceiveN(99));
    }

    [Fact]
    public async Task A_stop_during_a_backoff_does_not_wait_for_its_end()
    {
        var probe = CreateTestProbe();
        var child = await SpawnCounter(SpawnSupervisor(new OneForOneStrategy { Backoff = Backoff }));
        probe.Watch(child);
        Crash(child);
        await AwaitCondition(() => System.Tree().Single(a => a.Actor == child).State == ActorState.Restarting);
        var before = System.Time.GetTimestamp();
        child.Tell("waits");
        System.Stop(child);
        await probe.ExpectTerminated(child);
        Assert.Equal(before, System.Time.GetTimestamp());
        Assert.Equal(1, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_persistent_actor_that_stops_during_a_backoff_gives_up_its_history()
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Backoff = Backoff });
        var first = await SpawnChild(supervisor, Props.Create(() => new Remembering()));
        probe.Watch(first);
        Crash(first);
        await AwaitCondition(() => System.Tree().Single(a => a.Actor == first).State == ActorState.Restarting);
        System.Stop(first);
        await probe.ExpectTerminated(first);
        var second = await SpawnChild(supervisor, Props.Create(() => new Remembering()));
        Assert.Equal("alive", await AwaitAsync(second.Ask<string>("are you", Second)));
    }

    sealed class Remembering : PersistentActor
    {
        protected override string PersistenceId => "remembering";

        protected override void Recover(object message)
        {
        }

        protected override void Receive(object message)
        {
            if (message is ScriptedActor.Crash crash)
                throw crash.Cause;
            Reply("alive");
        }
    }
}

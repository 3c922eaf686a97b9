using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class TimersOnEmbeddedHost(ITestOutputHelper output) : TimerRules(Hosts.Embedded, output);

public sealed class TimersOnDeterministicHost(ITestOutputHelper output) : TimerRules(Hosts.Deterministic, output);

/// <summary>The contract about timers and the receive time-out.</summary>
public abstract class TimerRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    // The most that a timer of .NET can wait.
    static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(uint.MaxValue);

    [Fact]
    public async Task A_single_timer_tells_its_message_once_after_the_delay()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context => context.StartSingleTimer("key", "due", 2 * Second)));
        await AdvanceAsync(60 * Second);
        await probe.ExpectMsg(("due", 2 * Second));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_timer_without_a_delay_is_due_at_once()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context => context.StartSingleTimer("key", "due", TimeSpan.Zero)));
        await AdvanceAsync(TimeSpan.Zero);
        await probe.ExpectMsg(("due", TimeSpan.Zero));
    }

    [Fact]
    public async Task A_periodic_timer_tells_its_message_at_each_interval()
    {
        var probe = CreateTestProbe();
        Clocked(probe).Tell(Do(context => context.StartPeriodicTimer("key", "tick", 2 * Second)));
        await AdvanceAsync(7 * Second);
        Assert.Equal([("tick", 2 * Second), ("tick", 4 * Second), ("tick", 6 * Second)], (await probe.ReceiveN(3)).Cast<(string, TimeSpan)>());
        Assert.Equal(0, probe.Waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_periodic_timer_first_waits_for_the_initial_delay(int delay)
    {
        var probe = CreateTestProbe();
        Clocked(probe).Tell(Do(context => context.StartPeriodicTimer("key", "tick", 2 * Second, delay * Second)));
        await AdvanceAsync((delay + 5) * Second);
        Assert.Equal(
            [("tick", delay * Second), ("tick", (delay + 2) * Second), ("tick", (delay + 4) * Second)],
            (await probe.ReceiveN(3)).Cast<(string, TimeSpan)>());
        Assert.Equal(0, probe.Waiting);
    }

    [Fact]
    public async Task A_timer_replaces_the_one_of_the_same_key_and_no_other()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.StartPeriodicTimer("key", "replaced", Second);
            context.StartSingleTimer("other key", "other", 2 * Second);
            context.StartSingleTimer("key", "new", 3 * Second);
        }));
        await AdvanceAsync(60 * Second);
        await probe.ExpectMsg(("other", 2 * Second));
        await probe.ExpectMsg(("new", 3 * Second));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_cancelled_timer_tells_nothing_any_more()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context => context.StartPeriodicTimer("key", "tick", Second)));
        await AdvanceAsync(Second);
        await probe.ExpectMsg(("tick", Second));
        actor.Tell(Do(context =>
        {
            context.CancelTimer("key");
            context.CancelTimer("never started");
        }));
        await probe.ExpectNoMsg(10 * Second);
    }

    [Fact]
    public async Task A_cancelled_timer_takes_back_its_message_that_waits_in_the_mailbox()
    {
        var probe = CreateTestProbe();
        var actor = Slow(probe, context => context.CancelTimer("key"));
        actor.Tell(Do(context => context.StartSingleTimer("key", "due", Second)));
        actor.Tell(5 * Second);
        await AdvanceAsync(3 * Second);
        actor.Tell("after the timer");
        await AdvanceAsync(10 * Second);
        await probe.ExpectMsg("after the timer");
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_replaced_timer_takes_back_its_message_that_waits_in_the_mailbox()
    {
        var probe = CreateTestProbe();
        var actor = Slow(probe, context => context.StartSingleTimer("key", "new", Second));
        actor.Tell(Do(context => context.StartSingleTimer("key", "old", Second)));
        actor.Tell(5 * Second);
        await AdvanceAsync(10 * Second);
        await probe.ExpectMsg("new");
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_timer_is_active_until_it_is_cancelled_or_its_only_message_is_handled()
    {
        var probe = CreateTestProbe();
        var actor = Spawn((self, message) =>
        {
            if (message is Action<ActorContext> act)
                act(self.Context);
            probe.Ref.Tell((self.Context.IsTimerActive("single"), self.Context.IsTimerActive("periodic")));
        });
        actor.Tell("before");
        await probe.ExpectMsg((false, false));
        actor.Tell(Do(context =>
        {
            context.StartSingleTimer("single", "due", Second);
            context.StartPeriodicTimer("periodic", "tick", 2 * Second);
        }));
        await probe.ExpectMsg((true, true));
        await AdvanceAsync(Second);
        await probe.ExpectMsg((false, true));
        await AdvanceAsync(Second);
        await probe.ExpectMsg((false, true));
        actor.Tell(Do(context => context.CancelTimer("periodic")));
        await probe.ExpectMsg((false, false));
    }

    [Fact]
    public async Task A_restart_ends_timers_and_takes_back_their_messages_that_wait()
    {
        var probe = CreateTestProbe();
        var actor = Slow(probe, _ => throw new FormatException("fail"));
        actor.Tell(Do(context =>
        {
            context.StartSingleTimer("waiting", "waits in the mailbox", Second);
            context.StartSingleTimer("running", "would come later", 60 * Second);
        }));
        actor.Tell(5 * Second);
        await AdvanceAsync(10 * Second);
        actor.Tell(Do(context => probe.Ref.Tell((context.IsTimerActive("waiting"), context.IsTimerActive("running")))));
        actor.Tell(Do(context => context.StartSingleTimer("waiting", "of the new incarnation", Second)));
        await probe.ExpectMsg((false, false));
        await AdvanceAsync(100 * Second);
        await probe.ExpectMsg("of the new incarnation");
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task The_timers_of_an_actor_that_has_stopped_leave_no_dead_letters()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.StartPeriodicTimer("key", "tick", Second);
            context.SetReceiveTimeout(Second);
            context.Stop(context.Self);
        }));
        await EventFilter.DeadLetter<object>().Expect(0, () => AdvanceAsync(10 * Second));
    }

    [Fact]
    public async Task The_messages_of_a_periodic_timer_do_not_pile_up_in_a_slow_actor()
    {
        var probe = CreateTestProbe();
        var actor = Slow(probe);
        actor.Tell(Do(context => context.StartPeriodicTimer("key", "tick", Second)));
        actor.Tell(10.5 * Second);
        await AdvanceAsync(10.7 * Second);
        await probe.ExpectMsg("tick");
        Assert.Equal(0, probe.Waiting);
        await AdvanceAsync(2 * Second);
        Assert.Equal(["tick", "tick"], await probe.ReceiveN(2));
        Assert.Equal(0, probe.Waiting);
    }

    [Fact]
    public async Task Nobody_is_the_sender_of_a_timers_message()
    {
        var probe = CreateTestProbe();
        var actor = Spawn((self, message) =>
        {
            if (message is "start")
                self.Context.StartSingleTimer("key", "due", Second);
            else
                probe.Ref.Tell(self.Sender);
        });
        probe.Send(actor, "start");
        await AdvanceAsync(Second);
        await probe.ExpectMsg(System.DeadLetters);
    }

    [Fact]
    public async Task A_poison_pill_told_by_a_timer_stops_the_actor()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        probe.Watch(actor);
        actor.Tell(Do(context => context.StartSingleTimer("key", PoisonPill.Instance, Second)));
        await probe.ExpectNoMsg(Second / 2);
        await AdvanceAsync(Second);
        await probe.ExpectTerminated(actor);
    }

    [Fact]
    public async Task A_timer_with_an_impossible_duration_is_refused_and_the_one_of_that_key_goes_on()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.StartSingleTimer("key", "still there", Second);
            foreach (var delay in new[] { -Second, Timeout.InfiniteTimeSpan, TooLong, TimeSpan.MaxValue })
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => context.StartSingleTimer("key", "x", delay));
                Assert.Throws<ArgumentOutOfRangeException>(() => context.StartPeriodicTimer("key", "x", Second, delay));
                Assert.Throws<ArgumentOutOfRangeException>(() => context.StartPeriodicTimer("key", "x", delay));
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => context.StartPeriodicTimer("key", "x", TimeSpan.Zero));
            Assert.Throws<ArgumentNullException>(() => context.StartSingleTimer("key", null!, Second));
            Assert.Throws<ArgumentNullException>(() => context.StartSingleTimer(null!, "x", Second));
            Assert.Throws<ArgumentNullException>(() => context.CancelTimer(null!));
        }));
        await AdvanceAsync(10 * Second);
        await probe.ExpectMsg(("still there", Second));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_receive_time_out_comes_after_each_time_of_silence()
    {
        var probe = CreateTestProbe();
        Clocked(probe).Tell(Do(context => context.SetReceiveTimeout(2 * Second)));
        await AdvanceAsync(5 * Second);
        await probe.ExpectMsg((ReceiveTimeout.Instance, 2 * Second));
        await probe.ExpectMsg((ReceiveTimeout.Instance, 4 * Second));
        Assert.Equal(0, probe.Waiting);
    }

    [Fact]
    public async Task Messages_put_off_the_receive_time_out_and_so_do_those_of_timers()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.SetReceiveTimeout(2 * Second);
            context.StartSingleTimer("key", "timer", 2.5 * Second);
        }));
        await AdvanceAsync(1.5 * Second);
        actor.Tell("message");
        await AdvanceAsync(10 * Second);
        await probe.ExpectMsg(("message", 1.5 * Second));
        await probe.ExpectMsg(("timer", 2.5 * Second));
        await probe.ExpectMsg((ReceiveTimeout.Instance, 4.5 * Second));
    }

    [Fact]
    public async Task What_the_actor_does_not_see_does_not_put_off_its_receive_time_out()
    {
        var probe = CreateTestProbe();
        var child = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.SetReceiveTimeout(2 * Second);
            child.Ref.Tell(context.Spawn(Props.Create(() => new ScriptedActor((_, _) => throw new FormatException("fail")))));
        }));
        var failing = await child.ExpectMsg<ActorRef>();
        await AdvanceAsync(1.5 * Second);
        failing.Tell("fail");
        await AdvanceAsync(Second);
        await probe.ExpectMsg((ReceiveTimeout.Instance, 2 * Second));
    }

    [Fact]
    public async Task A_new_receive_time_out_replaces_the_old_one_and_null_switches_it_off()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context => context.SetReceiveTimeout(Second)));
        actor.Tell(Do(context => context.SetReceiveTimeout(3 * Second)));
        await AdvanceAsync(4 * Second);
        await probe.ExpectMsg((ReceiveTimeout.Instance, 3 * Second));
        actor.Tell(Do(context => context.SetReceiveTimeout(null)));
        await probe.ExpectNoMsg(60 * Second);
    }

    [Fact]
    public async Task A_receive_time_out_that_waits_in_the_mailbox_is_not_delivered_once_it_is_switched_off()
    {
        var probe = CreateTestProbe();
        var actor = Slow(probe, context => context.SetReceiveTimeout(null));
        actor.Tell(Do(context => context.SetReceiveTimeout(Second)));
        actor.Tell(5 * Second);
        await AdvanceAsync(60 * Second);
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_restart_ends_the_receive_time_out()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context => context.SetReceiveTimeout(Second)));
        actor.Tell(Do(_ => throw new FormatException("fail")));
        await probe.ExpectNoMsg(60 * Second);
    }

    [Fact]
    public async Task An_impossible_receive_time_out_is_refused_and_the_one_before_it_stays()
    {
        var probe = CreateTestProbe();
        var actor = Clocked(probe);
        actor.Tell(Do(context =>
        {
            context.SetReceiveTimeout(2 * Second);
            foreach (var timeout in new[] { TimeSpan.Zero, -Second, Timeout.InfiniteTimeSpan, TooLong, TimeSpan.MaxValue })
                Assert.Throws<ArgumentOutOfRangeException>(() => context.SetReceiveTimeout(timeout));
        }));
        await AdvanceAsync(3 * Second);
        await probe.ExpectMsg((ReceiveTimeout.Instance, 2 * Second));
    }

    static Action<ActorContext> Do(Action<ActorContext> act) => act;

    /// <summary>Does what it is told to, and tells the probe everything else with the time since its making.</summary>
    ActorRef Clocked(TestProbe probe)
    {
        var made = System.Time.GetTimestamp();
        return Spawn((self, message) =>
        {
            if (message is Action<ActorContext> act)
                act(self.Context);
            else if (message is string text)
                probe.Ref.Tell((text, self.Context.System.Time.GetElapsedTime(made)));
            else
                probe.Ref.Tell(((ReceiveTimeout)message, self.Context.System.Time.GetElapsedTime(made)));
        });
    }

    /// <summary>Is busy for each time that it is told, and then does something.</summary>
    ActorRef Slow(TestProbe probe, Action<ActorContext>? then = null) =>
        System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            switch (message)
            {
                case Action<ActorContext> act:
                    act(self.Context);
                    break;
                case TimeSpan busy:
                    await Task.Delay(busy, self.Context.System.Time);
                    then?.Invoke(self.Context);
                    break;
                default:
                    probe.Ref.Tell(message);
                    break;
            }
        })));
}

using Akka.Actor;

namespace LogosActors.TestKit.Tests;

public sealed class TimeTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_hour_of_timers_takes_no_real_hour_and_each_sees_the_clock_at_its_due_time()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        simulation.System.ActorOf(Props.Create(() => new TickingActor(probe.Ref)));

        simulation.RunFor(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromHours(1), simulation.Now);
        Assert.Equal(Enumerable.Range(1, 3600).Select(i => i * Second), probe.Received.Select(received => received.Time));
    }

    [Fact]
    public void Akkas_scheduler_and_the_time_provider_are_one_clock()
    {
        using var simulation = new Simulation(1);
        simulation.RunFor(90 * Second);

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 1, 30, TimeSpan.Zero), simulation.System.Scheduler.Now);
        Assert.Equal(simulation.Time.GetUtcNow(), simulation.System.Scheduler.Now);
        Assert.Equal(90 * Second, simulation.System.Scheduler.MonotonicClock);
        Assert.Equal(90 * Second, simulation.Time.GetElapsedTime(0));
    }

    [Fact]
    public void A_step_of_the_clock_moves_the_wall_clock_only()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        simulation.System.Scheduler.ScheduleTellOnce(10 * Second, probe.Ref, "due", ActorRefs.NoSender);
        simulation.RunFor(4 * Second);
        var before = simulation.Time.GetUtcNow();

        simulation.StepClock(-TimeSpan.FromDays(1));
        Assert.Equal(before - TimeSpan.FromDays(1), simulation.Time.GetUtcNow());
        Assert.Equal(4 * Second, simulation.Now);
        probe.ExpectNoMessage(5.9 * Second);
        probe.ExpectMessage("due", 0.1 * Second);
    }

    [Fact]
    public void The_seed_steps_the_clock_when_faults_say_so()
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = 3,
            Faults = new SimulationFaults { ClockStepProbability = 1, MaxClockStep = TimeSpan.FromDays(1) },
        });
        simulation.System.Scheduler.ScheduleTellRepeatedly(Second, Second, simulation.CreateProbe().Ref, "tick", ActorRefs.NoSender);

        simulation.RunFor(10 * Second);

        var expected = simulation.Time.GetUtcNow() - (new SimulationOptions().Start + simulation.Now);
        Assert.NotEqual(TimeSpan.Zero, expected);
        Assert.Equal(10 * Second, simulation.Now);
    }

    [Fact]
    public void A_receive_timeout_is_virtual()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        var actor = simulation.System.ActorOf(ScriptedActor.Props((message, context) =>
        {
            if (message is "start")
                context.SetReceiveTimeout(30 * Second);
            if (message is ReceiveTimeout)
                probe.Ref.Tell(simulation.Now);
        }));
        actor.Tell("start");
        simulation.RunFor(20 * Second);
        actor.Tell("something");

        Assert.Equal(50 * Second, probe.ExpectMessage<TimeSpan>(TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_and_does_not_hold_up_the_time()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        var cancelable = simulation.System.Scheduler.ScheduleTellOnceCancelable(Second, probe.Ref, "never", ActorRefs.NoSender);
        using var timer = simulation.Time.CreateTimer(_ => probe.Ref.Tell("never"), null, Second, Second);
        cancelable.Cancel();
        timer.Dispose();

        probe.ExpectNoMessage(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_condition_is_looked_at_after_each_step()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        simulation.System.Scheduler.ScheduleTellRepeatedly(Second, Second, probe.Ref, "tick", ActorRefs.NoSender);

        Assert.True(simulation.RunUntil(() => probe.Pending == 3, TimeSpan.FromMinutes(1)));
        Assert.Equal(3 * Second, simulation.Now);
        Assert.False(simulation.RunUntil(() => false, Second));
        Assert.Equal(4 * Second, simulation.Now);
    }

    [Fact]
    public void A_clock_of_its_own_serves_code_outside_of_a_simulation()
    {
        var time = new VirtualTime();
        var fired = new List<TimeSpan>();
        using var timer = time.CreateTimer(_ => fired.Add(time.Elapsed), null, 2 * Second, 3 * Second);

        time.Advance(9 * Second);

        Assert.Equal([2 * Second, 5 * Second, 8 * Second], fired);
        using var simulation = new Simulation(1);
        Assert.Throws<InvalidOperationException>(() => ((VirtualTime)simulation.Time).Advance(Second));
    }

    sealed class TickingActor(IActorRef probe) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("tick", "tick", Second);

        protected override void OnReceive(object message) => probe.Tell(message);
    }
}

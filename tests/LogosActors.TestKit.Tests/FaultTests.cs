using Akka.Actor;
using Akka.Event;

namespace LogosActors.TestKit.Tests;

public sealed class FaultTests
{
    [Fact]
    public void A_crash_comes_before_the_next_message_and_the_supervisor_decides()
    {
        using var simulation = new Simulation(1);
        var (probe, reasons) = (simulation.CreateProbe(), new List<Exception>());
        var actor = simulation.System.ActorOf(Props.Create(() => new RestartedActor(reasons)));
        simulation.RunUntilIdle();
        probe.Send(actor, "kept");
        simulation.Crash(actor);
        simulation.RunUntilIdle();
        Assert.IsType<InjectedCrashException>(Assert.Single(reasons));
        probe.ExpectMessage("kept");

        simulation.Crash(actor, new NotSupportedException("mine"));
        simulation.RunUntilIdle();
        Assert.Equal("mine", Assert.IsType<NotSupportedException>(reasons[1]).Message);
        Assert.Equal(2, simulation.Log.Of(LogLevel.ErrorLevel).Count());

        probe.Watch(actor);
        simulation.System.Stop(actor);
        probe.ExpectTerminated(actor);
        simulation.Crash(actor);
        simulation.RunUntilIdle();
    }

    [Fact]
    public void Crashes_at_random_hit_whom_they_may_hit()
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = 1,
            Faults = new SimulationFaults { CrashProbability = 0.1, MayCrash = path => path.StartsWith("/user/weak", StringComparison.Ordinal) },
        });
        var (weak, strong, probe) = (new List<Exception>(), new List<Exception>(), simulation.CreateProbe("weak-probe"));
        var (first, second) = (simulation.System.ActorOf(Props.Create(() => new RestartedActor(weak)), "weak"), simulation.System.ActorOf(Props.Create(() => new RestartedActor(strong)), "strong"));
        for (var i = 0; i < 500; i++)
        {
            probe.Send(first, i);
            probe.Send(second, i);
        }

        simulation.RunUntilIdle();

        Assert.InRange(weak.Count, 20, 100);
        Assert.Empty(strong);
        // About half of the crashes come after the message was handled.
        var answered = probe.Received.Count(received => received.Sender.Equals(first));
        Assert.InRange(answered, 501 - weak.Count, 499);
        Assert.Equal(500, probe.Received.Count(received => received.Sender.Equals(second)));
        simulation.Faults = SimulationFaults.None;
        weak.Clear();
        Assert.Equal("calm", simulation.Ask<string>(first, "calm"));
        Assert.Empty(weak);
    }

    [Fact]
    public void A_persistent_actor_that_crashes_at_random_keeps_what_it_has_acknowledged() => Simulation.Explore(100, simulation =>
    {
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        for (var i = 0; i < 20; i++)
            probe.Send(sum, 1);
        simulation.RunFor(TimeSpan.FromMinutes(1));
        simulation.Faults = SimulationFaults.None;

        var stored = simulation.Ask<int>(sum, "get");
        Assert.Equal(simulation.Storage.EventCount, stored);
        Assert.InRange(stored, probe.Messages.Count(), 20);
    }, new SimulationOptions
    {
        Faults = new SimulationFaults { CrashProbability = 0.1 },
        StorageFaults = new StorageFaults { MaxLatency = TimeSpan.FromMilliseconds(20) },
    });

    [Fact]
    public void Actors_that_never_come_to_rest_end_the_run_and_are_named()
    {
        using var simulation = new Simulation(new SimulationOptions { Seed = 1, MaxSteps = 20_000 });
        simulation.System.ActorOf(ScriptedActor.Props((message, context) => context.Self.Tell(message)), "restless").Tell("again");

        var endless = Assert.Throws<SimulationEndlessException>(simulation.RunUntilIdle);
        Assert.Contains("/user/restless", endless.Message, StringComparison.Ordinal);
        simulation.Kill(simulation.System);
    }

    [Fact]
    public void What_the_test_itself_does_in_the_simulation_fails_the_run_when_it_throws()
    {
        using var simulation = new Simulation(1);
        simulation.Post(() => throw new NotSupportedException());
        Assert.Throws<NotSupportedException>(simulation.RunUntilIdle);

        simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => throw new NotSupportedException());
        Assert.Throws<NotSupportedException>(() => simulation.RunFor(TimeSpan.FromSeconds(2)));
        simulation.RunFor(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_log_is_kept_up_to_its_bound()
    {
        using var simulation = new Simulation(new SimulationOptions { Seed = 1, LogCapacity = 10, Config = "akka.loglevel = INFO" });
        for (var i = 0; i < 25; i++)
            simulation.System.Log.Info("message {0}", i);

        Assert.Equal((10, 15L), (simulation.Log.Entries.Count, simulation.Log.Dropped));
        Assert.Equal("message 24", simulation.Log.Entries.Last().Message);
    }

    sealed class RestartedActor(List<Exception> reasons) : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);

        protected override void PreRestart(Exception reason, object message)
        {
            reasons.Add(reason);
            base.PreRestart(reason, message);
        }
    }
}

using Akka.Actor;
using Akka.Actor.Setup;

namespace LogosActors.TestKit.Tests;

public sealed class ProcessTests
{
    [Fact]
    public void Systems_share_thread_and_clock_and_nothing_else()
    {
        using var simulation = new Simulation(1);
        var (a, b) = (simulation.CreateSystem("a"), simulation.CreateSystem("b"));
        var probe = simulation.CreateProbe(system: a);
        var echo = b.ActorOf(EchoActor.Props, "echo");
        probe.Send(echo, "across");

        probe.ExpectMessage("across");
        Assert.Equal(echo, probe.LastSender);
        Assert.Equal(a.Scheduler.Now, b.Scheduler.Now);
        simulation.Ask<int>(a.ActorOf(SumActor.Props("sum")), 1);
        Assert.Equal(1, simulation.StorageOf(a).EventCount);
        Assert.Equal(0, simulation.StorageOf(b).EventCount);
    }

    [Fact]
    public void Of_a_killed_system_nothing_runs_any_more()
    {
        using var simulation = new Simulation(1);
        var (victim, other) = (simulation.CreateSystem("victim"), simulation.CreateProbe());
        var actor = victim.ActorOf(Props.Create(() => new DyingActor(simulation.Time, other.Ref)));
        victim.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(2), other.Ref, "timer of the system", ActorRefs.NoSender);
        actor.Tell("start");
        simulation.RunFor(TimeSpan.FromSeconds(1));
        actor.Tell("after");

        simulation.Kill(victim);

        actor.Tell("after");
        other.ExpectNoMessage(TimeSpan.FromMinutes(1));
        Assert.Equal("alive", simulation.Ask<string>(simulation.System.ActorOf(EchoActor.Props), "alive"));
    }

    [Fact]
    public void A_system_leaves_its_name_to_the_next()
    {
        using var simulation = new Simulation(1);
        for (var i = 1; i < 5; i++)
        {
            var system = simulation.CreateSystem("node", simulation.Storage);
            Assert.Equal(i, simulation.Ask<int>(system.ActorOf(SumActor.Props("a"), "sum"), 1));
            simulation.Kill(system);
        }
    }

    [Fact]
    public void A_system_terminates_in_virtual_time()
    {
        using var simulation = new Simulation(1);
        var stopped = false;
        Action stop = () => stopped = true;
        simulation.System.ActorOf(Props.Create(() => new StoppingActor(stop)));

        simulation.Wait(simulation.System.Terminate());

        Assert.True(stopped);
        Assert.True(simulation.System.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void Every_system_gets_the_setups_of_the_options()
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = 1,
            Setups = [new FirstSetup("fixed")],
            SetupsFor = running => [new SecondSetup(running.Time)],
        });

        var setup = simulation.CreateSystem("node").Settings.Setup;

        Assert.Equal("fixed", setup.Get<FirstSetup>().Value.Text);
        Assert.Same(simulation.Time, setup.Get<SecondSetup>().Value.Time);
        Assert.Equal(simulation.CreateRandom("a").Next(), simulation.CreateRandom("a").Next());
        Assert.NotEqual(simulation.CreateRandom("a").Next(), simulation.CreateRandom("b").Next());
    }

    [Fact]
    public void A_dispose_ends_actors_that_await_for_ever()
    {
        var stopped = false;
        Action stop = () => stopped = true;
        var simulation = new Simulation(1);
        simulation.System.ActorOf(Props.Create(() => new StoppingActor(stop)));
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => Akka.Dispatch.ActorTaskScheduler.RunTask(() => new TaskCompletionSource().Task))).Tell("await");
        simulation.RunUntilIdle();

        simulation.Dispose();
        simulation.Dispose();

        Assert.True(stopped);
        Assert.Throws<ObjectDisposedException>(() => simulation.CreateSystem("late"));
    }

    [Fact]
    public void Dispatchers_and_mailboxes_of_the_application_are_deterministic_as_well()
    {
        Assert.Equal(Run(), Run());

        static string Run()
        {
            using var simulation = new Simulation(new SimulationOptions
            {
                Seed = 1,
                Config = """
                    app.pinned { type = PinnedDispatcher }
                    app.forked { type = ForkJoinDispatcher, dedicated-thread-pool.thread-count = 3 }
                    app.bounded { mailbox-type = "Akka.Dispatch.BoundedMailbox", mailbox-capacity = 100, mailbox-push-timeout-time = 1s }
                    """,
            });
            var probe = simulation.CreateProbe();
            foreach (var props in new[] { EchoActor.Props.WithDispatcher("app.pinned"), EchoActor.Props.WithDispatcher("app.forked"), EchoActor.Props.WithMailbox("app.bounded") })
            {
                for (var i = 0; i < 10; i++)
                {
                    var actor = simulation.System.ActorOf(props);
                    for (var n = 0; n < 5; n++)
                        probe.Send(actor, $"{actor.Path.Name}: {n}");
                }
            }

            Assert.Equal(150, probe.ExpectMessages(150).Count);
            return simulation.TraceHash + string.Join(", ", probe.Messages);
        }
    }

    sealed class DyingActor(TimeProvider time, IActorRef other) : ReceiveActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            ReceiveAsync<string>(async _ =>
            {
                Timers.StartSingleTimer("timer", "timer", TimeSpan.FromSeconds(2));
                await Task.Delay(TimeSpan.FromSeconds(2), time);
                other.Tell("continuation");
            });
            Receive<string>(other.Tell);
        }

        protected override void PostStop() => other.Tell("stopped");
    }

    sealed class FirstSetup(string text) : Setup
    {
        public string Text => text;
    }

    sealed class SecondSetup(TimeProvider time) : Setup
    {
        public TimeProvider Time => time;
    }

    sealed class StoppingActor(Action stopped) : UntypedActor
    {
        protected override void PostStop() => stopped();

        protected override void OnReceive(object message)
        {
        }
    }
}

using System.Runtime.CompilerServices;
using Akka.Actor;

namespace LogosActors.TestKit.Tests;

public sealed class EscapeTests
{
    [Fact]
    public void Code_that_leaves_the_thread_fails_the_run_and_is_named()
    {
        using var simulation = new Simulation(5);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => LeaveTheThread(echo))).Tell("go");

        var escape = Assert.Throws<SimulationEscapeException>(simulation.RunUntilIdle);

        Assert.Equal(5, escape.Seed);
        Assert.Contains(nameof(TellFromElsewhere), escape.EscapeStack, StringComparison.Ordinal);
        Assert.Contains("System.String", escape.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_for_what_will_come_back_from_another_thread_fails_with_its_stack()
    {
        using var simulation = new Simulation(5);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => _ = Task.Run(() => TellFromElsewhere(echo)))).Tell("go");

        Assert.Throws<SimulationEscapeException>(() => simulation.Wait(new TaskCompletionSource().Task));
    }

    [Fact]
    public void Akkas_ask_inside_an_actor_is_an_escape_when_it_goes_on()
    {
        using var simulation = new Simulation(5);
        var probe = simulation.CreateProbe();
        var echo = simulation.System.ActorOf(EchoActor.Props);
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => _ = AskAsync(echo, probe.Ref))).Tell("go");

        Assert.Throws<SimulationEscapeException>(() => simulation.Wait(new TaskCompletionSource().Task));

        static async Task AskAsync(IActorRef echo, IActorRef probe)
        {
            var answer = await echo.Ask<string>("hello").ConfigureAwait(false);
            probe.Tell(answer);
        }
    }

    [Fact]
    public void A_tolerated_escape_is_counted_and_its_message_arrives()
    {
        using var simulation = new Simulation(new SimulationOptions { Seed = 5, ToleratedEscapes = 100 });
        var probe = simulation.CreateProbe();
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => LeaveTheThread(probe.Ref))).Tell("go");

        probe.ExpectMessage("from elsewhere");
        Assert.InRange(simulation.Escapes, 1, 100);
    }

    [Fact]
    public void A_timer_that_another_thread_starts_is_an_escape()
    {
        using var simulation = new Simulation(5);
        var thread = new Thread(() => simulation.Time.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose());
        thread.Start();
        thread.Join();

        Assert.Throws<SimulationEscapeException>(simulation.RunUntilIdle);
    }

    [Fact]
    public async Task A_test_may_go_on_in_another_thread_between_runs()
    {
        var simulation = new Simulation(5);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        Assert.Equal(1, simulation.Ask<int>(echo, 1));

        await Task.Run(() =>
        {
            Assert.Equal(2, simulation.Ask<int>(echo, 2));
            simulation.Dispose();
        });
    }

    [Fact]
    public void An_escape_that_no_run_has_reported_fails_the_dispose()
    {
        var simulation = new Simulation(5);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        simulation.RunUntilIdle();
        LeaveTheThread(echo);

        Assert.Throws<SimulationEscapeException>(simulation.Dispose);
    }

    static void LeaveTheThread(IActorRef actor)
    {
        var thread = new Thread(() => TellFromElsewhere(actor));
        thread.Start();
        thread.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void TellFromElsewhere(IActorRef actor) => actor.Tell("from elsewhere");
}

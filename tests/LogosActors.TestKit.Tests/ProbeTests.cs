using Akka.Actor;

namespace LogosActors.TestKit.Tests;

public sealed class ProbeTests
{
    [Fact]
    public void Expectations_take_messages_in_order_and_say_what_came_instead()
    {
        using var simulation = new Simulation(4);
        var (probe, echo) = (simulation.CreateProbe("probe"), simulation.System.ActorOf(EchoActor.Props, "echo"));
        foreach (var message in new object[] { 1, "two", 3.0, 4, 5 })
            probe.Send(echo, message);

        Assert.Equal(1, probe.ExpectMessage<int>());
        var wrong = Assert.Throws<ExpectationFailedException>(() => probe.ExpectMessage<int>());
        Assert.Contains("Seed 4", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("two (String)", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(4, probe.FishForMessage<int>());
        Assert.Equal(echo, probe.LastSender);
        Assert.Equal([5], probe.ExpectMessages(1));
        Assert.Throws<ExpectationFailedException>(() => probe.ExpectMessage<int>());
        Assert.Equal(TimeSpan.FromSeconds(3), simulation.Now);
        Assert.Equal([1, 4, 5], probe.Of<int>());

        probe.Reply("again");
        Assert.Throws<ExpectationFailedException>(() => probe.ExpectNoMessage(TimeSpan.FromSeconds(1)));
        Assert.Equal(1, probe.Pending);
    }

    [Fact]
    public void A_probe_answers_by_itself()
    {
        using var simulation = new Simulation(4);
        var probe = simulation.CreateProbe();
        probe.OnMessage = (message, sender) => sender.Tell($"{message}!", probe.Ref);

        Assert.Equal("hello!", simulation.Ask<string>(probe.Ref, "hello"));
    }

    [Fact]
    public void A_watched_actor_is_reported_when_it_stops()
    {
        using var simulation = new Simulation(4);
        var (probe, echo, other) = (simulation.CreateProbe(), simulation.System.ActorOf(EchoActor.Props), simulation.System.ActorOf(EchoActor.Props));
        probe.Watch(echo);
        probe.Watch(other);
        probe.Unwatch(other);
        other.Tell(PoisonPill.Instance);
        simulation.RunUntilIdle();
        echo.Tell(PoisonPill.Instance);

        probe.ExpectTerminated(echo);
        probe.ExpectNoMessage(TimeSpan.FromSeconds(1));
    }
}

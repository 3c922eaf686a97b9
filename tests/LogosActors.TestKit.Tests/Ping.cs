using Akka.Actor;

namespace LogosActors.TestKit.Tests;

/// <summary>A thousand actors that do little but send: what a step costs.</summary>
static class Ping
{
    public static void Run(Simulation simulation)
    {
        var actors = new List<IActorRef>();
        for (var i = 0; i < 1000; i++)
            actors.Add(simulation.System.ActorOf(Props.Create(() => new PingActor(actors)), $"p{i}"));
        foreach (var actor in actors)
            actor.Tell(500);
        simulation.RunUntilIdle();
    }

    sealed class PingActor(List<IActorRef> all) : UntypedActor
    {
        int _next = 7;

        protected override void OnReceive(object message)
        {
            if (message is int left and > 0)
                all[_next = ((_next * 31) + 17) % all.Count].Tell(left - 1, Self);
        }
    }
}

using Akka.Actor;
using Akka.Dispatch.SysMsg;
using LogosActors.Actors;

namespace LogosActors.TestKit.Running;

/// <summary>What code outside of actors waits for is completed on the simulation's thread, in a turn of its own.</summary>
internal sealed class SimulatedEdge(Simulation simulation) : IEdge
{
    public async Task<T> AskAsync<T>(IActorRef actor, object message, TimeSpan timeout, CancellationToken cancellation)
    {
        var promise = new Promise<T>(simulation.Loop, actor);
        promise.FailAfter(simulation.Time, timeout);
        using var registration = cancellation.Register(() => promise.Cancel(cancellation));
        actor.Tell(message, promise);
        return await promise.Task;
    }

    public async Task<bool> StopAsync(IActorRef actor, TimeSpan timeout)
    {
        var promise = new Promise<IActorRef>(simulation.Loop, actor);
        promise.FailAfter(simulation.Time, timeout);
        ((IInternalActorRef)actor).SendSystemMessage(new Watch((IInternalActorRef)actor, promise));
        actor.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        try
        {
            await promise.Task;
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    public Completion<T> CreateCompletion<T>() => new(complete => simulation.Loop.Post(static run => ((Action)run!)(), complete));
}

using Akka.Actor;

namespace LogosActors.Delivery.Hosting;

/// <summary>The root of one node's actors: keeps its only child running, whatever that fails with.</summary>
/// <remarks>
/// Parent: /user, whose guardian would restart a failed actor with all its children, and stop one that was killed. So the node's own actor is
/// not there but below this one, which resumes it after any exception: its children and the channels that know them notice nothing. This actor
/// handles no message that could make it fail, and stops when its child does.
/// </remarks>
internal sealed class NodeSupervisorActor(NodeEnvironment node) : UntypedActor
{
    IActorRef _node = ActorRefs.Nobody;

    public static Props Props(NodeEnvironment node) => Akka.Actor.Props.Create(() => new NodeSupervisorActor(node));

    // One that could not even start has nothing to go on with.
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(static exception => exception is ActorInitializationException ? Directive.Stop : Directive.Resume);

    protected override void PreStart() => _node = Context.Watch(Context.ActorOf(NodeActor.Props(node), "node"));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AwaitStart:
                _node.Forward(new Identify(null));
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Answered with an <see cref="ActorIdentity"/> when the node's actors have been created.</summary>
    public sealed record AwaitStart
    {
        public static readonly AwaitStart Instance = new();
    }
}

using LogosActors.Actors;
using LogosActors.Delivery.Relay;

namespace LogosActors.Delivery.Sending;

/// <summary>Decides by which protocol a message leaves the node: the one place that knows the node's mode.</summary>
/// <remarks>
/// Parent: <see cref="Hosting.NodeActor"/>. A core node relays. A failure costs the message that it was given, which is published again after
/// <see cref="SendProgress.PublishAnswerWait"/>.
/// </remarks>
internal sealed class DeliveryRouterActor(NodeMode mode, ActorRef relay) : Actor
{
    protected override void Receive(object message)
    {
        if (message is RelayTopics.Publish)
            Forward(PathFor(mode), message);
        else
            Unhandled(message);
    }

    ActorRef PathFor(NodeMode wanted) => wanted switch
    {
        NodeMode.Core => relay,
        _ => throw new NotSupportedException($"There is no way to send in mode {wanted}."),
    };
}

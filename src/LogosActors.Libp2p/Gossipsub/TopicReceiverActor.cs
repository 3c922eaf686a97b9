using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Hands the messages of one subscription on.</summary>
/// <remarks>Parent: the root. A failure of the receiver costs the message that it was given, and is logged.</remarks>
internal sealed class TopicReceiverActor(Action<PubsubMessage> receiver) : SupervisedActor
{
    public static Props Props(Action<PubsubMessage> receiver) => Akka.Actor.Props.Create(() => new TopicReceiverActor(receiver));

    protected override void OnReceive(object message)
    {
        if (message is not Gossip.Delivered delivered)
        {
            Unhandled(message);
            return;
        }
        try
        {
            receiver(new PubsubMessage(delivered.Topic, delivered.Data, delivered.From, delivered.Author));
        }
#pragma warning disable CA1031 // the application's failure is not the subscription's
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Error(e, "The receiver of {Topic} failed", delivered.Topic);
        }
    }
}

using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;

namespace LogosActors.Delivery.Receiving;

/// <summary>Tells the application each message of one content topic once.</summary>
/// <remarks>Parent: <see cref="SubscriptionsActor"/>. A failure costs the message that it was given, and what it remembers.</remarks>
internal sealed class SubscriptionActor(ActorRef events, int maxRemembered) : Actor
{
    readonly HashSet<MessageHash> _seen = [];
    readonly Queue<MessageHash> _order = [];

    protected override void Receive(object message)
    {
        if (message is not RelayTopics.Seen seen)
        {
            Unhandled(message);
            return;
        }
        if (!_seen.Add(seen.Hash))
            return;
        _order.Enqueue(seen.Hash);
        if (_order.Count > maxRemembered)
            _seen.Remove(_order.Dequeue());
        if (!seen.IsOwn)
            events.Tell(Event(seen.Hash, seen.Message), Self);
    }

    static MessageReceived Event(MessageHash hash, WakuMessage message)
    {
        var envelope = new MessageEnvelope(message.ContentTopic, message.Payload) { IsEphemeral = message.IsEphemeral, Meta = message.Meta };
        return new MessageReceived(hash, envelope, UnixNanoseconds.ToDateTime(message.Timestamp));
    }
}

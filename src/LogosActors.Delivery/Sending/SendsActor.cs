using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Sends what the application wants sent.</summary>
/// <remarks>Parent: <see cref="NodeActor"/>.</remarks>
internal sealed class SendsActor(NodeEnvironment node, ActorRef relay, ActorRef subscriptions, ActorRef events) : Actor
{
    readonly Dictionary<MessageHash, RequestId> _unfinished = [];

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Sends.Send send:
                Send(send);
                break;
            case RelayTopics.Published published:
                if (_unfinished.Remove(published.Hash, out var request))
                    Tell(request, published);
                break;
            case Subscriptions.Answer:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Send(Sends.Send send)
    {
        var message = new WakuMessage
        {
            ContentTopic = send.Topic.Text,
            Payload = send.Envelope.Payload,
            Meta = send.Envelope.Meta,
            IsEphemeral = send.Envelope.IsEphemeral,
            Timestamp = UnixNanoseconds.Now(node.Time),
        };
        var hash = MessageHash.Compute(send.Shard.ToString(), message);
        _unfinished[hash] = send.Request;
        // The first message on a topic subscribes to it (MESSAGING-API §Messaging).
        subscriptions.Tell(new Subscriptions.Subscribe(send.Topic, send.Shard), Self);
        relay.Tell(new RelayTopics.Publish(send.Shard, hash, message), Self);
        Result<RequestId, SendError> accepted = send.Request;
        Reply(accepted);
    }

    void Tell(RequestId request, RelayTopics.Published published)
    {
        if (published.Outcome is PublishOutcome.Sent or PublishOutcome.Duplicate)
        {
            events.Tell(new MessagePropagated(request, published.Hash), Self);
            events.Tell(new MessageSent(request, published.Hash, IsStored: false), Self);
        }
        else
        {
            events.Tell(new MessageError(request, published.Hash, $"No peer has taken the message: {published.Outcome}."), Self);
        }
    }
}

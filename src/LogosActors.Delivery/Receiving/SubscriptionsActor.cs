using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>Knows which content topics the application wants, and hands each message to the actor of its topic.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>. Children: one <see cref="SubscriptionActor"/> for each content topic, one-for-one, restart. A failure
/// of a child costs the message that it was given.
/// </remarks>
internal sealed class SubscriptionsActor(NodeEnvironment node, ActorRef relay, ActorRef events) : Actor
{
    readonly Dictionary<string, (PubsubTopic Shard, ActorRef Actor)> _topics = new(StringComparer.Ordinal);

    protected override void PreStart() => relay.Tell(new RelayTopics.Observe(Self), Self);

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen seen:
                if (_topics.TryGetValue(seen.Message.ContentTopic, out var topic) && topic.Shard == seen.Shard)
                    topic.Actor.Tell(seen, Self);
                break;
            case Subscriptions.Subscribe subscribe:
                Subscribe(subscribe);
                break;
            case Subscriptions.Unsubscribe unsubscribe:
                Reply(Unsubscribe(unsubscribe.Topic.Text));
                break;
            case Subscriptions.List:
                Reply(new Subscriptions.Listed(_topics.ToDictionary(topic => topic.Key, topic => topic.Value.Shard, StringComparer.Ordinal)));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Subscribe(Subscriptions.Subscribe subscribe)
    {
        var text = subscribe.Topic.Text;
        if (!_topics.ContainsKey(text))
        {
            var most = node.Options.Receiving.MaxContentTopics;
            if (_topics.Count >= most)
            {
                Reply(new Subscriptions.Answer(new SubscriptionError(
                    text, SubscriptionErrorKind.TooManyContentTopics, $"The node is subscribed to {most} content topics; unsubscribe from some.")));
                return;
            }
            var remembered = node.Options.Receiving.MaxRemembered;
            _topics.Add(text, (subscribe.Shard, Context.Spawn(Props.Create(() => new SubscriptionActor(events, remembered)))));
        }
        Context.PipeTo(
            relay.Ask<RelayTopics.Joined>(new RelayTopics.Join(subscribe.Shard, text), NodeEnvironment.AnswerTimeout),
            Sender, _ => Subscriptions.Answer.Done);
    }

    Subscriptions.Answer Unsubscribe(string topic)
    {
        if (!_topics.Remove(topic, out var subscription))
            return new Subscriptions.Answer(new SubscriptionError(topic, SubscriptionErrorKind.NotSubscribed, $"The node is not subscribed to '{topic}'."));
        Context.Stop(subscription.Actor);
        relay.Tell(new RelayTopics.Leave(subscription.Shard, topic), Self);
        return Subscriptions.Answer.Done;
    }
}

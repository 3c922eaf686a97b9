using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Knows which shards the node takes part in and why, and hands what travels on them to its observers.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, which restarts it. Its <see cref="RelayRegistrations"/> outlive a failure, and so do the shards that
/// it has joined: messages wait, and the one that failed is handled again. Observers are told, and may ask stores.
/// </remarks>
internal sealed class RelayActor(GossipsubService gossipsub, RelayRegistrations registrations) : Actor
{
    readonly Dictionary<PubsubTopic, RelayRegistrations.Shard> _shards = registrations.Shards;
    readonly List<ActorRef> _observers = registrations.Observers;

    protected override void PreRestart(Exception reason, object? message)
    {
        if (Retried.Deserves(message))
            Self.Tell(new Retried(message!), Sender);
    }

    protected override void PostRestart(Exception reason)
    {
        foreach (var observer in _observers)
        {
            Context.Watch(observer);
            observer.Tell(RelayTopics.Restarted.Instance, Self);
        }
    }

    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];

    protected override void PostStop()
    {
        foreach (var shard in _shards.Values)
            _ = EndAsync(shard.Subscription);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen seen:
                Show(seen);
                break;
            case RelayTopics.Publish publish:
                Publish(publish);
                break;
            case RelayTopics.Join join:
                Context.PipeTo(JoinAsync(join), Sender);
                break;
            case RelayTopics.Leave leave:
                Leave(leave);
                break;
            case RelayTopics.GetShards:
                Reply(new RelayTopics.Shards([.. _shards.Keys.OrderBy(shard => shard.Cluster).ThenBy(shard => shard.Shard)]));
                break;
            case RelayTopics.Observe observe:
                if (!_observers.Contains(observe.Observer))
                    _observers.Add(observe.Observer);
                Context.Watch(observe.Observer);
                break;
            case Terminated terminated:
                _observers.Remove(terminated.Actor);
                break;
            case Retried retried:
                Receive(retried.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Show(RelayTopics.Seen seen)
    {
        foreach (var observer in _observers)
            observer.Tell(seen, Self);
    }

    Task<RelayTopics.Joined> JoinAsync(RelayTopics.Join join)
    {
        if (!_shards.TryGetValue(join.Shard, out var shard))
            _shards.Add(join.Shard, shard = new RelayRegistrations.Shard(SubscribeAsync(join.Shard)));
        shard.Owners.Add(join.Owner);
        return AnswerAsync(shard.Subscription, join.Shard);
    }

    static async Task<RelayTopics.Joined> AnswerAsync(Task subscription, PubsubTopic shard)
    {
        await subscription;
        return new RelayTopics.Joined(shard);
    }

    Task<IAsyncDisposable> SubscribeAsync(PubsubTopic shard)
    {
        var (self, topic) = (Self, shard.ToString());
        return gossipsub.SubscribeAsync(topic, received =>
        {
            if (WakuMessageCodec.TryDecode(received.Data.Span, out var message, out _))
                self.Tell(new RelayTopics.Seen(shard, MessageHash.Compute(topic, message), message, IsOwn: false));
        });
    }

    /// <summary>The answer goes from the router straight to whoever publishes: this is the way of every message that is sent.</summary>
    void Publish(RelayTopics.Publish publish)
    {
        if (!_names.TryGetValue(publish.Shard, out var name))
            _names.Add(publish.Shard, name = publish.Shard.ToString());
        gossipsub.Actor.Tell(new Gossip.PublishTagged(name, WakuMessageCodec.Encode(publish.Message), publish.Tag), Sender);
        if (!publish.IsRepeat)
            Show(new RelayTopics.Seen(publish.Shard, publish.Hash, publish.Message, IsOwn: true));
    }

    void Leave(RelayTopics.Leave leave)
    {
        if (!_shards.TryGetValue(leave.Shard, out var shard) || !shard.Owners.Remove(leave.Owner) || shard.Owners.Count > 0)
            return;
        _shards.Remove(leave.Shard);
        _ = EndAsync(shard.Subscription);
    }

    static async Task EndAsync(Task<IAsyncDisposable> subscription) => await (await subscription).DisposeAsync();
}

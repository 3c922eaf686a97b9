using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>The relay beneath the Messaging API: whole shards and messages as they travel, for services of the node's operator.</summary>
public sealed partial class MessagingNode
{
    static readonly TimeSpan SubscriptionsInterval = TimeSpan.FromMilliseconds(10);

    readonly RelayTap _tap = new();

    /// <summary>Counts the relay's messages, this node's own too, since the node was made.</summary>
    internal MessageCounts Counts { get; } = new();

    /// <summary>The settings that the node was made with.</summary>
    internal NodeOptions Options => _options;

    /// <summary>The libp2p host; null while the node is not started, and in a simulation.</summary>
    internal Libp2pHost? Host => Volatile.Read(ref _running)?.Host as Libp2pHost;

    /// <summary>Shows every message of the joined shards from now on, this node's own too; disposing the result ends it.</summary>
    internal IDisposable WatchRelay(Action<RelayTopics.Seen> watcher) => _tap.Watch(watcher);

    /// <summary>Takes part in a shard on behalf of an owner, and returns when it does. Once is enough.</summary>
    /// <exception cref="InvalidOperationException">The node is not started.</exception>
    internal Task JoinAsync(PubsubTopic shard, string owner, CancellationToken cancellation = default) =>
        _system.AskAsync<RelayTopics.Joined>(RunningActors.Relay, new RelayTopics.Join(shard, owner), NodeEnvironment.AnswerTimeout, cancellation);

    /// <summary>An owner needs a shard no longer. Returns when the node has left it, unless others need it.</summary>
    /// <exception cref="InvalidOperationException">The node is not started.</exception>
    internal Task LeaveAsync(PubsubTopic shard, string owner, CancellationToken cancellation = default) =>
        _system.AskAsync<RelayTopics.Left>(RunningActors.Relay, new RelayTopics.Leave(shard, owner), NodeEnvironment.AnswerTimeout, cancellation);

    /// <summary>The same, without waiting.</summary>
    /// <exception cref="InvalidOperationException">The node is not started.</exception>
    internal void Leave(PubsubTopic shard, string owner) => RunningActors.Relay.Tell(new RelayTopics.Leave(shard, owner), ActorRefs.NoSender);

    /// <summary>Waits until a connected peer has said what it is subscribed to, so that messages are published to it; or until a time has passed.</summary>
    internal async Task AwaitSubscriptionsAsync(PeerId peer, TimeSpan most, CancellationToken cancellation = default)
    {
        var start = Time.GetTimestamp();
        while (Volatile.Read(ref _running)?.Gossipsub is { } gossipsub && !await gossipsub.IsSubscribedAsync(peer) && Time.GetElapsedTime(start) < most)
            await Task.Delay(SubscriptionsInterval, Time, cancellation);
    }

    /// <summary>Publishes a message as it is; watchers see it before peers do.</summary>
    /// <exception cref="InvalidOperationException">The node is not started.</exception>
    internal async Task<PublishOutcome> PublishAsync(PubsubTopic shard, WakuMessage message, CancellationToken cancellation = default)
    {
        var hash = MessageHash.Compute(shard.ToString(), message);
        var publish = new RelayTopics.Publish(shard, hash, message, Tag: shard, IsRepeat: false);
        var answer = await _system.AskAsync<Gossip.PublishedTagged>(RunningActors.Router, publish, NodeEnvironment.AnswerTimeout, cancellation);
        return answer.Outcome;
    }

    /// <summary>The shards that the node takes part in, in order; none while it is not started. A snapshot.</summary>
    internal Task<IReadOnlyList<PubsubTopic>> JoinedShardsAsync() => Task.FromResult(Volatile.Read(ref _running)?.Environment.Relay.Shards ?? []);

    NodeActors RunningActors => Actors ?? throw new InvalidOperationException(NotStarted);
}

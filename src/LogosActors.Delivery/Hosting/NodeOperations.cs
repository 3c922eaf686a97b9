using LogosActors.Delivery.Health;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>The relay beneath the Messaging API: whole shards, messages as they travel and the host, for services of a node's operator.</summary>
public static class NodeOperations
{
    /// <summary>Of a node.</summary>
    /// <param name="node">The node.</param>
    extension(MessagingNode node)
    {
        /// <summary>The counts of the relay's messages, this node's own too, since the node was made.</summary>
        public MessageCounts Counts => node.Counts;

        /// <summary>The libp2p host; null while the node is not started, and in a simulation.</summary>
        public Libp2pHost? Host => node.Host;

        /// <summary>The last observation of the connections; null before the first.</summary>
        public HealthObservation? Seen => node.Seen;

        /// <summary>How many light clients are subscribed at the filter service; 0: none, or the node serves none.</summary>
        public int FilterSubscribers => node.FilterFeed?.Subscribers ?? 0;

        /// <summary>Who is subscribed to what at the filter service; null: the node serves none.</summary>
        public async Task<IReadOnlyList<(PeerId Peer, IReadOnlyList<(string PubsubTopic, string ContentTopic)> Criteria)>?> FilterSubscriptionsAsync() =>
            await node.FilterSubscriptionsAsync() is { } subscriptions ? [.. subscriptions.Select(static one => (one.Peer, one.Criteria))] : null;

        /// <summary>Makes a listener, which wants content topics for a watcher of the relay.</summary>
        public TopicListener CreateListener() => new(node);

        /// <summary>In edge mode, how many service nodes are connected that may push messages to this one; else 0.</summary>
        public int FilterServiceNodes => node.FilterServiceNodes;

        /// <summary>In edge mode, how many service nodes are proven to push the messages of each subscribed content topic of a shard; else 0.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="cancellation">Stops waiting.</param>
        public Task<int> ProvenFilterNodesAsync(PubsubTopic shard, CancellationToken cancellation = default) =>
            node.ProvenFilterNodesAsync(shard, cancellation);

        /// <summary>Has a message published as it is, once: in edge mode by service nodes, else by this node if it serves lightpush.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="message">The message, of a size that the network takes.</param>
        /// <param name="timeout">How long to wait for an answer.</param>
        /// <param name="cancellation">Stops waiting.</param>
        /// <exception cref="InvalidOperationException">The node is not started.</exception>
        public Task<LightpushResult> PushAsync(PubsubTopic shard, WakuMessage message, TimeSpan timeout, CancellationToken cancellation = default) =>
            node.PushAsync(shard, message, timeout, cancellation);

        /// <summary>The shard of a content topic.</summary>
        /// <param name="contentTopic">The content topic.</param>
        /// <exception cref="ArgumentException">It has none.</exception>
        public PubsubTopic ShardOf(string contentTopic) => node.ShardOf(contentTopic);

        /// <summary>How the relay is connected for a shard.</summary>
        /// <param name="shard">The shard.</param>
        public Task<TopicStatus> RelayStatusAsync(PubsubTopic shard) => node.RelayStatusAsync(shard);

        /// <summary>The shards that the node takes part in, in order; none while it is not started. A snapshot.</summary>
        public Task<IReadOnlyList<PubsubTopic>> JoinedShardsAsync() => node.JoinedShardsAsync();

        /// <summary>Shows every message of the joined shards from now on, this node's own too, or in edge mode every one that is pushed to it; disposing the
        /// result ends it.</summary>
        /// <param name="watcher">Runs for one message after the other, and returns soon.</param>
        public IDisposable WatchRelay(Action<RelayTopics.Seen> watcher) => node.WatchRelay(watcher);

        /// <summary>Takes part in a shard on behalf of an owner, and returns when it does. Once is enough.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="owner">Who needs it.</param>
        /// <param name="cancellation">Stops waiting.</param>
        /// <exception cref="InvalidOperationException">The node is not started.</exception>
        public Task JoinAsync(PubsubTopic shard, string owner, CancellationToken cancellation = default) => node.JoinAsync(shard, owner, cancellation);

        /// <summary>An owner needs a shard no longer. Returns when the node has left it, unless others need it.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="owner">Who needed it.</param>
        /// <param name="cancellation">Stops waiting.</param>
        /// <exception cref="InvalidOperationException">The node is not started.</exception>
        public Task LeaveAsync(PubsubTopic shard, string owner, CancellationToken cancellation = default) => node.LeaveAsync(shard, owner, cancellation);

        /// <summary>An owner needs a shard no longer. Does not wait.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="owner">Who needed it.</param>
        /// <exception cref="InvalidOperationException">The node is not started.</exception>
        public void Leave(PubsubTopic shard, string owner) => node.Leave(shard, owner);

        /// <summary>Waits until a connected peer has said what it is subscribed to, so that messages are published to it; or until a time has passed.</summary>
        /// <param name="peer">The peer.</param>
        /// <param name="most">The longest wait.</param>
        /// <param name="cancellation">Stops waiting.</param>
        public Task AwaitSubscriptionsAsync(PeerId peer, TimeSpan most, CancellationToken cancellation = default) =>
            node.AwaitSubscriptionsAsync(peer, most, cancellation);

        /// <summary>Publishes a message as it is; watchers see it before peers do.</summary>
        /// <param name="shard">The shard.</param>
        /// <param name="message">The message.</param>
        /// <param name="cancellation">Stops waiting.</param>
        /// <exception cref="InvalidOperationException">The node is not started.</exception>
        public Task<PublishOutcome> PublishAsync(PubsubTopic shard, WakuMessage message, CancellationToken cancellation = default) =>
            node.PublishAsync(shard, message, cancellation);
    }
}

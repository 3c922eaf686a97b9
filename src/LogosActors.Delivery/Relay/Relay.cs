using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>What may be said to the <see cref="RelayActor"/>.</summary>
internal static class RelayTopics
{
    /// <summary>Take part in a shard from now on, on behalf of an owner; answered by <see cref="Joined"/>. Once is enough.</summary>
    public sealed record Join(PubsubTopic Shard, string Owner);

    /// <summary>The node takes part in a shard.</summary>
    public sealed record Joined(PubsubTopic Shard);

    /// <summary>An owner needs a shard no more; the last one's leave ends the node's part in it.</summary>
    public sealed record Leave(PubsubTopic Shard, string Owner);

    /// <summary>Which shards does the node take part in? Answered by <see cref="Shards"/>.</summary>
    public sealed record GetShards
    {
        public static readonly GetShards Instance = new();
    }

    /// <summary>The shards that the node takes part in, in order.</summary>
    public sealed record Shards(IReadOnlyList<PubsubTopic> Joined);

    /// <summary>Send a message to the peers of a shard; answered by <see cref="Gossip.PublishedTagged"/>.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Hash">The message's hash on it.</param>
    /// <param name="Message">The message.</param>
    /// <param name="Tag">Comes back with the answer.</param>
    /// <param name="IsRepeat">Whether it was published before; then observers know it.</param>
    public sealed record Publish(PubsubTopic Shard, MessageHash Hash, WakuMessage Message, object Tag, bool IsRepeat);

    /// <summary>Told to the observers: a message has come, or this node has published it.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Hash">The message's hash on it.</param>
    /// <param name="Message">The message.</param>
    /// <param name="IsOwn">Whether this node has published it.</param>
    /// <param name="IsArchivable">Whether an archive keeps it; see <see cref="RelayedMessage.IsArchivable"/>.</param>
    public sealed record Seen(PubsubTopic Shard, MessageHash Hash, WakuMessage Message, bool IsOwn, bool IsArchivable = true);

    /// <summary>Hand every <see cref="Seen"/> of from now on to an actor, until it has stopped.</summary>
    public sealed record Observe(ActorRef Observer);

    /// <summary>Told to the observers: the relay has failed, and goes on. What came at that moment may not have been shown.</summary>
    public sealed record Restarted
    {
        public static readonly Restarted Instance = new();
    }
}

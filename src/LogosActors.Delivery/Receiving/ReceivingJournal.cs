using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>What may be said to the <see cref="ReceivingJournalActor"/>, and what it stores.</summary>
internal static class ReceivingJournal
{
    /// <summary>Make the hashes of received messages durable; answered by <see cref="Recorded"/>.</summary>
    /// <param name="Topic">The content topic.</param>
    /// <param name="Time">The latest time of one of the messages, in nanoseconds since 1970 UTC.</param>
    /// <param name="Hashes">The hashes.</param>
    public sealed record Record(string Topic, long Time, params MessageHash[] Hashes);

    /// <summary>The hashes are durable.</summary>
    public sealed record Recorded(MessageHash[] Hashes);

    /// <summary>The history is as the node's memory is from now on: store what differs.</summary>
    public sealed record Reconcile(IReadOnlyList<Topic> Topics);

    /// <summary>Told to the parent after each recovery.</summary>
    public sealed record Recovered(IReadOnlyList<Topic> Topics);

    /// <summary>What is known of a topic. Immutable.</summary>
    /// <param name="Name">The content topic.</param>
    /// <param name="Shard">Its shard.</param>
    /// <param name="Since">Since when it is subscribed to.</param>
    /// <param name="Marks">Up to when stores have told everything.</param>
    /// <param name="Floor">The latest time of a message that was forgotten for want of room.</param>
    /// <param name="Batches">What was received, the oldest first.</param>
    public sealed record Topic(string Name, PubsubTopic Shard, long Since, StoreMarks Marks, long Floor, IReadOnlyList<Batch> Batches);

    /// <summary>Hashes that were stored together.</summary>
    /// <param name="Time">The latest time of one of the messages, in nanoseconds since 1970 UTC.</param>
    /// <param name="Hashes">The hashes.</param>
    public readonly record struct Batch(long Time, MessageHash[] Hashes);

    /// <summary>Stored: a topic is subscribed to.</summary>
    public sealed record Subscribed(string Topic, PubsubTopic Shard, long Since);

    /// <summary>Stored: a topic is subscribed to no more.</summary>
    public sealed record Unsubscribed(string Topic);

    /// <summary>Stored: a store has told everything up to a time.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Topics">Of which topics; empty: of all of the shard that were subscribed to at that time.</param>
    /// <param name="Store">The store; null in what was stored before there were marks for single stores, which says nothing any more.</param>
    /// <param name="Time">The time, in nanoseconds since 1970 UTC.</param>
    public sealed record Synced(PubsubTopic Shard, IReadOnlyList<string> Topics, PeerId? Store, long Time);

    /// <summary>Stored: messages were received.</summary>
    public sealed record Received(IReadOnlyList<(string Topic, Batch Batch)> Batches);

    /// <summary>Stored: all of it.</summary>
    public sealed record Snapshot(IReadOnlyList<Topic> Topics);
}

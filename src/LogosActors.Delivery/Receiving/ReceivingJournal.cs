using Akka.Actor;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>What may be said to the <see cref="ReceivingJournalActor"/>, what it says, and what it keeps.</summary>
internal static class ReceivingJournal
{
    /// <summary>Store the hashes of received messages; answered by <see cref="Recorded"/>.</summary>
    /// <param name="Topic">The content topic.</param>
    /// <param name="Time">The latest time of one of the messages, in nanoseconds since 1970 UTC.</param>
    /// <param name="Hashes">The hashes.</param>
    public sealed record Record(string Topic, long Time, params MessageHash[] Hashes) : INoSerializationVerificationNeeded;

    /// <summary>The hashes are stored; or, while the journal is away, given up.</summary>
    public sealed record Recorded(MessageHash[] Hashes) : INoSerializationVerificationNeeded;

    /// <summary>Store a subscription; answered by <see cref="Subscribed"/>.</summary>
    public sealed record Subscribe(string Topic, PubsubTopic Shard, long Since, bool IsWanted);

    /// <summary>A subscription is stored.</summary>
    public sealed record Subscribed(string Topic);

    /// <summary>Store that a topic is no longer subscribed to; answered by <see cref="Unsubscribed"/>.</summary>
    public sealed record Unsubscribe(string Topic);

    /// <summary>It is stored that a topic is no longer subscribed to.</summary>
    public sealed record Unsubscribed(string Topic);

    /// <summary>Store that a store has answered completely up to a time.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Topics">Of which topics; empty: of all of the shard that were subscribed to at that time.</param>
    /// <param name="Store">The store.</param>
    /// <param name="Time">The time, in nanoseconds since 1970 UTC.</param>
    public sealed record Reached(PubsubTopic Shard, IReadOnlyList<string> Topics, PeerId Store, long Time) : INoSerializationVerificationNeeded;

    /// <summary>These are all topics: store what differs. Of their hashes nothing is said.</summary>
    public sealed record Reconcile(IReadOnlyList<Topic> Topics) : INoSerializationVerificationNeeded;

    /// <summary>These are the hashes of a topic: store those that are not.</summary>
    public sealed record Merge(string Topic, IReadOnlyList<Batch> Batches) : INoSerializationVerificationNeeded;

    /// <summary>Sent to the parent after each recovery.</summary>
    public sealed record Recovered(IReadOnlyList<Topic> Topics) : INoSerializationVerificationNeeded;

    /// <summary>What is known of a topic. Immutable.</summary>
    /// <param name="Name">The content topic.</param>
    /// <param name="Shard">Its shard.</param>
    /// <param name="Since">Since when it is subscribed to.</param>
    /// <param name="IsWanted">Whether the application has subscribed to it.</param>
    /// <param name="Marks">Up to when stores have answered completely.</param>
    /// <param name="Floor">The latest time of a message that was forgotten for lack of room.</param>
    /// <param name="Batches">What was received, the oldest first.</param>
    public sealed record Topic(string Name, PubsubTopic Shard, long Since, bool IsWanted, StoreMarks Marks, long Floor, IReadOnlyList<Batch> Batches);

    /// <summary>Hashes that were stored together.</summary>
    /// <param name="Time">The latest time of one of the messages, in nanoseconds since 1970 UTC.</param>
    /// <param name="Hashes">The hashes.</param>
    public readonly record struct Batch(long Time, MessageHash[] Hashes);
}

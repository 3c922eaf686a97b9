using System.Diagnostics;
using Akka.Actor;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What may be said to the actor of the subscriptions, and what it says.</summary>
public static class Subscriptions
{
    /// <summary>Publish the messages of a content topic as <see cref="MessageReceived"/> from now on; answered by <see cref="Answer"/> when its
    /// shard is joined and, where there is a journal, the subscription stored.</summary>
    internal sealed record Subscribe(ContentTopic Topic, PubsubTopic Shard);

    /// <summary>Publish them no longer; answered by <see cref="Answer"/> when that is stored.</summary>
    internal sealed record Unsubscribe(ContentTopic Topic);

    /// <summary>Send a receiver the messages of a content topic as <see cref="Arrived"/> from now on, whether or not the application has
    /// subscribed to it; answered by <see cref="Answer"/> like <see cref="Subscribe"/>. Attaching again does nothing.</summary>
    internal sealed record Attach(ContentTopic Topic, PubsubTopic Shard, IActorRef Receiver) : INoSerializationVerificationNeeded;

    /// <summary>A receiver no longer wants the messages of a content topic; answered by <see cref="Answer"/>. Without receivers and without a
    /// subscription of the application the topic is forgotten.</summary>
    internal sealed record Detach(ContentTopic Topic, IActorRef Receiver) : INoSerializationVerificationNeeded;

    /// <summary>Sent to receivers: a message of their topic, each once.</summary>
    public sealed record Arrived(MessageHash Hash, WakuMessage Message) : INoSerializationVerificationNeeded
    {
        /// <summary>The span of its receipt; null: it is not traced.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>Accept no further messages, and deliver those that are accepted; answered by <see cref="Drained"/> when that is done.</summary>
    internal sealed record Drain
    {
        public static readonly Drain Instance = new();
    }

    /// <summary>All that was accepted is delivered.</summary>
    /// <param name="Topics">What the next start of the node goes on with, where no journal keeps it.</param>
    internal sealed record Drained(IReadOnlyList<LeftTopic> Topics) : INoSerializationVerificationNeeded;

    /// <summary>Answered by <see cref="Answer"/> when what the journal has is subscribed to again, or the journal has failed.</summary>
    internal sealed record AwaitRecovery
    {
        public static readonly AwaitRecovery Instance = new();
    }

    /// <summary>Say which content topics are subscribed to; answered by <see cref="Listed"/>.</summary>
    internal sealed record List
    {
        public static readonly List Instance = new();
    }

    /// <summary>The content topics that are subscribed to, each with its shard. A snapshot.</summary>
    internal sealed record Listed(IReadOnlyDictionary<string, PubsubTopic> ContentTopics) : INoSerializationVerificationNeeded;

    /// <summary>The answer to a request.</summary>
    /// <param name="Error">Null: it is done.</param>
    internal sealed record Answer(SubscriptionError? Error)
    {
        public static readonly Answer Done = new((SubscriptionError?)null);
    }

    /// <summary>Ask stores for what was missed, at once.</summary>
    internal sealed record SyncNow
    {
        public static readonly SyncNow Instance = new();
    }

    /// <summary>Say what is subscribed to on a shard; answered by <see cref="SyncTopics"/>.</summary>
    internal sealed record GetSyncTopics(PubsubTopic Shard);

    /// <summary>What is subscribed to on a shard.</summary>
    internal sealed record SyncTopics(IReadOnlyList<SyncTopic> Topics) : INoSerializationVerificationNeeded;

    /// <summary>From a topic's actor: a store had a message of this age that had not come by itself.</summary>
    public sealed record Missed(string Topic, MessageHash Hash, TimeSpan Age);

    /// <summary>From a topic's actor: up to this time nothing is known for sure, as too many hashes were received.</summary>
    internal sealed record Forgot(string Topic, long Floor);

    /// <summary>A topic that the node was subscribed to when it stopped.</summary>
    /// <param name="Name">The content topic.</param>
    /// <param name="IsWanted">Whether the application has subscribed to it.</param>
    /// <param name="Receivers">The receivers that were attached.</param>
    /// <param name="History">What is known of it.</param>
    internal sealed record LeftTopic(ContentTopic Name, bool IsWanted, IReadOnlyList<IActorRef> Receivers, ReceivingJournal.Topic History);
}

/// <summary>What may be said to a <see cref="SubscriptionActor"/>, and what it says, beside <see cref="Libp2p.Gossipsub.Gossip.Delivered"/> and
/// <see cref="Relay.RelayTopics.Seen"/>.</summary>
internal static class Subscription
{
    /// <summary>Who gets the messages from now on.</summary>
    /// <param name="IsWanted">Whether they are published to the application.</param>
    /// <param name="Receivers">The attached receivers.</param>
    public sealed record DeliverTo(bool IsWanted, IReadOnlyList<IActorRef> Receivers) : INoSerializationVerificationNeeded;

    /// <summary>The topic is subscribed to since an earlier time than was said.</summary>
    public sealed record MoveBack(long Since);

    /// <summary>Accept a message that a store had; answered by <see cref="Taken"/> when it is delivered or was known.</summary>
    public sealed record Take(PubsubTopic Shard, MessageHash Hash, WakuMessage Message) : INoSerializationVerificationNeeded;

    /// <summary>Sent to the node's own store: another one has this message, which it has missed.</summary>
    public sealed record Found(PubsubTopic Shard, MessageHash Hash, WakuMessage Message) : INoSerializationVerificationNeeded;

    /// <summary>The answer to <see cref="Take"/>.</summary>
    public sealed record Taken(MessageHash Hash);

    /// <summary>Say which of some messages of a topic have been received; answered by <see cref="Known"/>.</summary>
    public sealed record FindKnown(string Topic, object Question, IReadOnlyList<MessageHash> Hashes) : INoSerializationVerificationNeeded;

    /// <summary>The answer to <see cref="FindKnown"/>.</summary>
    public sealed record Known(object Question, IReadOnlyCollection<MessageHash> Hashes) : INoSerializationVerificationNeeded;

    /// <summary>Answered by <see cref="Drained"/> when nothing waits to be delivered.</summary>
    public sealed record Drain
    {
        public static readonly Drain Instance = new();
    }

    /// <summary>The answer to <see cref="Drain"/>.</summary>
    public sealed record Drained(string Topic, long Floor, IReadOnlyList<ReceivingJournal.Batch> Batches) : INoSerializationVerificationNeeded;

    /// <summary>Hashes are stored by this journal from now on; null: there is none, and what waits for the last one waits in vain.</summary>
    public sealed record UseJournal(IActorRef? Journal) : INoSerializationVerificationNeeded;
}

/// <summary>What stores are asked for of one content topic. Immutable.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Since">Since when it is subscribed to, in nanoseconds since 1970 UTC: what stores have of before is not wanted.</param>
/// <param name="Marks">Up to when each store has answered completely.</param>
/// <param name="Floor">Up to this time nothing is known for sure.</param>
internal sealed record SyncTopic(string Topic, long Since, StoreMarks Marks, long Floor);

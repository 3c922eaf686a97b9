using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What may be said to the <see cref="SubscriptionsActor"/>.</summary>
internal static class Subscriptions
{
    /// <summary>Receive the messages of a content topic from now on; answered by <see cref="Answer"/>, when its shard is joined.</summary>
    public sealed record Subscribe(ContentTopic Topic, PubsubTopic Shard);

    /// <summary>Receive them no more; answered by <see cref="Answer"/>.</summary>
    public sealed record Unsubscribe(ContentTopic Topic);

    /// <summary>Take no messages any more, and tell those that are taken; answered by <see cref="Answer"/> when that is done.</summary>
    public sealed record Drain
    {
        public static readonly Drain Instance = new();
    }

    /// <summary>Ask stores for what was missed, at once.</summary>
    public sealed record SyncNow
    {
        public static readonly SyncNow Instance = new();
    }

    /// <summary>Say which content topics are subscribed to; answered by <see cref="Listed"/>.</summary>
    public sealed record List
    {
        public static readonly List Instance = new();
    }

    /// <summary>The content topics that are subscribed to, each with its shard. A snapshot.</summary>
    public sealed record Listed(IReadOnlyDictionary<string, PubsubTopic> ContentTopics);

    /// <summary>What came of a request.</summary>
    /// <param name="Error">Null: it is done.</param>
    public sealed record Answer(SubscriptionError? Error)
    {
        public static readonly Answer Done = new((SubscriptionError?)null);
    }
}

/// <summary>What may be said to a <see cref="SubscriptionActor"/>, besides <see cref="Relay.RelayTopics.Seen"/>.</summary>
internal static class Subscription
{
    /// <summary>Take a message that a store had; answered by <see cref="Taken"/>, when it is told or was known.</summary>
    public sealed record Take(PubsubTopic Shard, MessageHash Hash, WakuMessage Message);

    /// <summary>Told to the node's own store: another one has this message, which it has missed.</summary>
    public sealed record Found(PubsubTopic Shard, MessageHash Hash, WakuMessage Message);

    /// <summary>A message is taken.</summary>
    public sealed record Taken(MessageHash Hash);

    /// <summary>Answered by itself when nothing waits to be told.</summary>
    public sealed record Drain
    {
        public static readonly Drain Instance = new();
    }

    /// <summary>There is another <see cref="JournalLink.Current"/>, or none: what waits for the last one waits in vain.</summary>
    public sealed record JournalChanged
    {
        public static readonly JournalChanged Instance = new();
    }
}

/// <summary>Where hashes are made durable. For any number of threads.</summary>
internal sealed class JournalLink
{
    volatile ActorRef? _current;

    /// <summary>The <see cref="ReceivingJournalActor"/>; null: there is none, messages are told at once.</summary>
    public ActorRef? Current
    {
        get => _current;
        set => _current = value;
    }
}

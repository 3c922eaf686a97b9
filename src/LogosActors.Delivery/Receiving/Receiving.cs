using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What may be said to the <see cref="SubscriptionsActor"/>.</summary>
internal static class Subscriptions
{
    /// <summary>Receive the messages of a content topic from now on; answered by <see cref="Answer"/>, when its shard is joined.</summary>
    public sealed record Subscribe(ContentTopic Topic, PubsubTopic Shard);

    /// <summary>Receive them no more; answered by <see cref="Answer"/>.</summary>
    public sealed record Unsubscribe(ContentTopic Topic);

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

namespace LogosActors.Delivery;

/// <summary>Why a content topic was not subscribed to or unsubscribed from (MESSAGING-API §Subscriptions).</summary>
/// <param name="ContentTopic">The topic.</param>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record SubscriptionError(string ContentTopic, SubscriptionErrorKind Kind, string Message)
{
    /// <summary>The message for people.</summary>
    public override string ToString() => Message;
}

/// <summary>The kinds of <see cref="SubscriptionError"/>.</summary>
public enum SubscriptionErrorKind
{
    /// <summary>The content topic is malformed, or of a generation that has no shard.</summary>
    InvalidContentTopic,

    /// <summary>The node is subscribed to <see cref="ReceivingOptions.MaxContentTopics"/> already.</summary>
    TooManyContentTopics,

    /// <summary>The node is not subscribed to the topic.</summary>
    NotSubscribed,

    /// <summary>The node is not started, or has stopped because another process writes to its journal.</summary>
    NotStarted,
}

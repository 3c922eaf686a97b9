using System.Diagnostics;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery;

/// <summary>An event of a node (MESSAGING-API §Messaging, §Health).</summary>
public abstract record MessagingEvent;

/// <summary>A message of a subscribed content topic has come; each comes once.</summary>
/// <param name="Hash">Its hash, by which all nodes know it.</param>
/// <param name="Message">The message.</param>
/// <param name="Timestamp">When its sender says that it was made; null when it does not say.</param>
public sealed record MessageReceived(MessageHash Hash, MessageEnvelope Message, DateTimeOffset? Timestamp) : MessagingEvent, ITracedEvent
{
    /// <summary>The span of its receipt; null: it is not traced.</summary>
    internal Activity? Trace { get; init; }

    Activity? ITracedEvent.Trace => Trace;
}

/// <summary>What became of a request to send.</summary>
/// <param name="Request">The request.</param>
/// <param name="Hash">The message's hash.</param>
public abstract record SendEvent(RequestId Request, MessageHash Hash) : MessagingEvent;

/// <summary>A message has reached neighbouring nodes. Another event follows, which ends the request.</summary>
/// <inheritdoc cref="SendEvent"/>
public sealed record MessagePropagated(RequestId Request, MessageHash Hash) : SendEvent(Request, Hash);

/// <summary>A message is sent. It ends the request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Hash">The message's hash.</param>
/// <param name="IsStored">Whether a store has confirmed it; false when it is ephemeral or no store could be asked.</param>
public sealed record MessageSent(RequestId Request, MessageHash Hash, bool IsStored) : SendEvent(Request, Hash);

/// <summary>A message could not be sent, after every retry. It ends the request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Hash">The message's hash.</param>
/// <param name="Error">What went wrong, for people.</param>
public sealed record MessageError(RequestId Request, MessageHash Hash, string Error) : SendEvent(Request, Hash);

/// <summary>How the node as a whole is connected has changed.</summary>
/// <param name="Status">How it is connected now.</param>
public sealed record ConnectionStatusChanged(ConnectionStatus Status) : MessagingEvent;

/// <summary>The health of a content topic has changed.</summary>
/// <param name="ContentTopic">The topic.</param>
/// <param name="Health">Its health now.</param>
public sealed record ContentTopicHealthChanged(string ContentTopic, TopicHealth Health) : MessagingEvent;

/// <summary>The health of a shard has changed.</summary>
/// <param name="Shard">The shard's pubsub topic.</param>
/// <param name="Health">Its health now.</param>
public sealed record ShardHealthChanged(string Shard, TopicHealth Health) : MessagingEvent;

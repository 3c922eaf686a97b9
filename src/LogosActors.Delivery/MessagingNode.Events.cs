namespace LogosActors.Delivery;

/// <summary>What a node tells its application: as .NET events, and as enumerations.</summary>
/// <remarks>
/// Each handler has a queue of its own, of <see cref="NodeOptions.EventCapacity"/> events, and is called with one event after the other: one
/// that throws loses that call, which is logged; one that is slow loses what finds no room, which is counted; none holds up another.
/// </remarks>
public sealed partial class MessagingNode
{
    /// <summary>A message of a subscribed content topic has come.</summary>
    public event EventHandler<MessageReceived>? MessageReceived
    {
        add => _events.Add<MessageReceived>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>A message has reached neighbouring nodes.</summary>
    public event EventHandler<MessagePropagated>? MessagePropagated
    {
        add => _events.Add<MessagePropagated>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>A message is sent; its request has ended.</summary>
    public event EventHandler<MessageSent>? MessageSent
    {
        add => _events.Add<MessageSent>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>A message could not be sent; its request has ended.</summary>
    public event EventHandler<MessageError>? MessageError
    {
        add => _events.Add<MessageError>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>How the node is connected has changed.</summary>
    public event EventHandler<ConnectionStatusChanged>? ConnectionStatusChanged
    {
        add => _events.Add<ConnectionStatusChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>The health of a content topic has changed.</summary>
    public event EventHandler<ContentTopicHealthChanged>? ContentTopicHealthChanged
    {
        add => _events.Add<ContentTopicHealthChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>The health of a shard has changed.</summary>
    public event EventHandler<ShardHealthChanged>? ShardHealthChanged
    {
        add => _events.Add<ShardHealthChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <summary>How many events were lost to handlers and enumerations that were too slow.</summary>
    public long MissedEvents => _events.Dropped;

    /// <summary>Enumerates every event, from the moment its enumerator is requested, as <c>await foreach</c> does at its beginning, until the node is
    /// disposed. To miss nothing of what is done in between, request the enumerator first.</summary>
    /// <remarks><see cref="NodeOptions.EventCapacity"/> events wait for a slow reader; further ones are lost to it, and counted. What is never
    /// enumerated holds nothing; what is requested once the node is disposed ends at once.</remarks>
    public IAsyncEnumerable<MessagingEvent> Events(CancellationToken cancellation = default) => _events.Read<MessagingEvent>(cancellation);

    /// <summary>Enumerates the messages that come, from the moment its enumerator is requested until the node is disposed.</summary>
    /// <inheritdoc cref="Events"/>
    public IAsyncEnumerable<MessageReceived> Messages(CancellationToken cancellation = default) => _events.Read<MessageReceived>(cancellation);
}

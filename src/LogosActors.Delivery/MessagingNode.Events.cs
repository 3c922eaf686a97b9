namespace LogosActors.Delivery;

/// <summary>What a node tells its application: as .NET events, and as enumerations.</summary>
/// <remarks>Handlers run one after the other, on a thread of the node, which waits for them: they hand on, and return.</remarks>
public sealed partial class MessagingNode
{
    /// <summary>A message of a subscribed content topic has come.</summary>
    public event EventHandler<MessageReceived>? MessageReceived;

    /// <summary>A message has reached neighbouring nodes.</summary>
    public event EventHandler<MessagePropagated>? MessagePropagated;

    /// <summary>A message is sent; its request has ended.</summary>
    public event EventHandler<MessageSent>? MessageSent;

    /// <summary>A message could not be sent; its request has ended.</summary>
    public event EventHandler<MessageError>? MessageError;

    /// <summary>How the node is connected has changed.</summary>
    public event EventHandler<ConnectionStatusChanged>? ConnectionStatusChanged;

    /// <summary>The health of a content topic has changed.</summary>
    public event EventHandler<ContentTopicHealthChanged>? ContentTopicHealthChanged;

    /// <summary>The health of a shard has changed.</summary>
    public event EventHandler<ShardHealthChanged>? ShardHealthChanged;

    /// <summary>How many events were lost to enumerations that were too slow.</summary>
    public long MissedEvents => _streams.Missed;

    /// <summary>Enumerates every event from now on, until the node is disposed.</summary>
    /// <remarks><see cref="NodeOptions.EventCapacity"/> events wait for a slow reader; further ones are lost to it, and counted.</remarks>
    public IAsyncEnumerable<MessagingEvent> Events(CancellationToken cancellation = default) => _streams.Read<MessagingEvent>(cancellation);

    /// <summary>Enumerates the messages that come from now on, until the node is disposed.</summary>
    /// <inheritdoc cref="Events"/>
    public IAsyncEnumerable<MessageReceived> Messages(CancellationToken cancellation = default) => _streams.Read<MessageReceived>(cancellation);

    void Raise(MessagingEvent told)
    {
        _metrics.Count(told);
        switch (told)
        {
            case MessageReceived received: MessageReceived?.Invoke(this, received); break;
            case MessagePropagated propagated: MessagePropagated?.Invoke(this, propagated); break;
            case MessageSent sent: MessageSent?.Invoke(this, sent); break;
            case MessageError error: MessageError?.Invoke(this, error); break;
            case ConnectionStatusChanged status: ConnectionStatusChanged?.Invoke(this, status); break;
            case ContentTopicHealthChanged topic: ContentTopicHealthChanged?.Invoke(this, topic); break;
            case ShardHealthChanged shard: ShardHealthChanged?.Invoke(this, shard); break;
        }
    }
}

using LogosActors.Delivery.Events;

namespace LogosActors.Delivery;

/// <summary>The events of a node: as .NET events, and as enumerations.</summary>
/// <remarks>
/// Each handler has a queue of its own, of <see cref="NodeOptions.EventCapacity"/> events, and is called with one event after the other: one
/// that throws loses that call, which is logged; one that is slow loses what finds no room, which is counted; none holds up another.
/// </remarks>
public sealed partial class MessagingNode
{
    /// <inheritdoc/>
    public event EventHandler<MessageReceived>? MessageReceived
    {
        add => _events.Add<MessageReceived>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<MessagePropagated>? MessagePropagated
    {
        add => _events.Add<MessagePropagated>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<MessageSent>? MessageSent
    {
        add => _events.Add<MessageSent>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<MessageError>? MessageError
    {
        add => _events.Add<MessageError>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ConnectionStatusChanged>? ConnectionStatusChanged
    {
        add => _events.Add<ConnectionStatusChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ContentTopicHealthChanged>? ContentTopicHealthChanged
    {
        add => _events.Add<ContentTopicHealthChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ShardHealthChanged>? ShardHealthChanged
    {
        add => _events.Add<ShardHealthChanged>(value, raised => value!(this, raised));
        remove => _events.Remove(value);
    }

    /// <inheritdoc/>
    public long MissedEvents => _events.Dropped;

    /// <inheritdoc/>
    public IAsyncEnumerable<MessagingEvent> Events(CancellationToken cancellation = default) => _events.Read<MessagingEvent>(cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<MessageReceived> Messages(CancellationToken cancellation = default) => _events.Read<MessageReceived>(cancellation);

    /// <inheritdoc/>
    public IDisposable Handle<TEvent>(Func<TEvent, Task> handler)
        where TEvent : MessagingEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        _events.Add(handler, handler);
        return new HandlerRegistration(() => _events.Remove(handler));
    }
}

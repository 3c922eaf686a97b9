using LogosActors.Delivery.Events;

namespace LogosActors.Channels;

/// <summary>The events of a channel: as .NET events, and as enumerations.</summary>
/// <remarks>A handler is called with one event after the other, and holds up nobody but itself; what it throws is logged and costs that call. Messages that have come,
/// and what becomes of requests, count as handled when all handlers have returned: what is not is raised again after a restart.</remarks>
public sealed partial class ReliableChannel
{
    /// <inheritdoc/>
    public event EventHandler<ReliableMessageReceived>? MessageReceived
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ReliableMessageSent>? MessageSent
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ReliableMessageDelivered>? MessageDelivered
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ReliableMessageSendError>? MessageSendError
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ReliableMessageDeliveryError>? MessageDeliveryError
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ReliableMessageProgress>? Progress
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ChannelBackPressure>? BackPressure
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public event EventHandler<ChannelProblemFound>? ProblemFound
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <inheritdoc/>
    public long MissedEvents => Published.Missed;

    /// <inheritdoc/>
    public IAsyncEnumerable<ChannelEvent> Events(CancellationToken cancellation = default) => Published.Read<ChannelEvent>(cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<ReliableMessageReceived> Messages(CancellationToken cancellation = default) =>
        Published.Read<ReliableMessageReceived>(cancellation);

    /// <inheritdoc/>
    public IDisposable Handle<TEvent>(Func<TEvent, Task> handler)
        where TEvent : ChannelEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        Published.Add(handler, handler);
        return new HandlerRegistration(() => Published.Remove(handler));
    }

    void Add<T>(EventHandler<T>? handler)
        where T : ChannelEvent
    {
        if (handler is not null)
            Published.Add<T>(handler, raised => handler(this, raised));
    }
}

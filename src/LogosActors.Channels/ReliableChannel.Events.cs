namespace LogosActors.Channels;

/// <summary>What a channel tells its application: as .NET events, and as enumerations.</summary>
/// <remarks>A handler is called with one event after the other, and holds up nobody but itself; what it throws is logged and costs that call. Messages that have come,
/// and what becomes of requests, count as told when all handlers have returned: what is not is told again after a restart.</remarks>
public sealed partial class ReliableChannel
{
    /// <summary>A whole message has come (<c>reliable:message:received</c>).</summary>
    public event EventHandler<ReliableMessageReceived>? MessageReceived
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>All of a message has gone out (<c>reliable:message:sent</c>).</summary>
    public event EventHandler<ReliableMessageSent>? MessageSent
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>All of a message is confirmed (<c>reliable:message:delivered</c>).</summary>
    public event EventHandler<ReliableMessageDelivered>? MessageDelivered
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>A message could not be sent, or nobody has confirmed it (<c>reliable:message:send-error</c>).</summary>
    public event EventHandler<ReliableMessageSendError>? MessageSendError
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>Nobody has confirmed all of a message (<c>reliable:message:delivery-error</c>).</summary>
    public event EventHandler<ReliableMessageDeliveryError>? MessageDeliveryError
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>A request has come further.</summary>
    public event EventHandler<ReliableMessageProgress>? Progress
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>The rate limit comes near, or holds a message back.</summary>
    public event EventHandler<ChannelBackPressure>? BackPressure
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>Something has come that is of no use, or has not come.</summary>
    public event EventHandler<ChannelProblemFound>? ProblemFound
    {
        add => Add(value);
        remove => Published.Remove(value);
    }

    /// <summary>How many events were lost to enumerations, or to handlers of events that are not told again, since they were too slow.</summary>
    public long MissedEvents => Published.Missed;

    /// <summary>Enumerates every event from the moment its enumerator is requested (<c>await foreach</c> does so at its beginning), until the channel
    /// is closed.</summary>
    /// <remarks>Whoever does something whose events it wants requests the enumerator before. <see cref="ReliableChannelOptions.EventCapacity"/> events wait for a slow reader; further ones are lost to it, and counted.</remarks>
    public IAsyncEnumerable<ChannelEvent> Events(CancellationToken cancellation = default) => Published.Read<ChannelEvent>(cancellation);

    /// <summary>Enumerates the messages that come, likewise.</summary>
    /// <inheritdoc cref="Events"/>
    public IAsyncEnumerable<ReliableMessageReceived> Messages(CancellationToken cancellation = default) =>
        Published.Read<ReliableMessageReceived>(cancellation);

    void Add<T>(EventHandler<T>? handler)
        where T : ChannelEvent
    {
        if (handler is not null)
            Published.Add<T>(handler, raised => handler(this, raised));
    }
}

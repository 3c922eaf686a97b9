namespace LogosActors.Channels;

/// <summary>What a channel tells its application: as .NET events, and as enumerations.</summary>
/// <remarks>Handlers run one after the other, on a thread of the channel, which waits for them: they hand on, and return.</remarks>
public sealed partial class ReliableChannel
{
    /// <summary>A whole message has come (<c>reliable:message:received</c>).</summary>
    public event EventHandler<ReliableMessageReceived>? MessageReceived;

    /// <summary>All of a message has gone out (<c>reliable:message:sent</c>).</summary>
    public event EventHandler<ReliableMessageSent>? MessageSent;

    /// <summary>All of a message is confirmed (<c>reliable:message:delivered</c>).</summary>
    public event EventHandler<ReliableMessageDelivered>? MessageDelivered;

    /// <summary>A message could not be sent, or nobody has confirmed it (<c>reliable:message:send-error</c>).</summary>
    public event EventHandler<ReliableMessageSendError>? MessageSendError;

    /// <summary>Nobody has confirmed all of a message (<c>reliable:message:delivery-error</c>).</summary>
    public event EventHandler<ReliableMessageDeliveryError>? MessageDeliveryError;

    /// <summary>A request has come further.</summary>
    public event EventHandler<ReliableMessageProgress>? Progress;

    /// <summary>The rate limit comes near, or holds a message back.</summary>
    public event EventHandler<ChannelBackPressure>? BackPressure;

    /// <summary>Something has come that is of no use, or has not come.</summary>
    public event EventHandler<ChannelProblemFound>? ProblemFound;

    /// <summary>How many events were lost to enumerations that were too slow.</summary>
    public long MissedEvents => Voice.Streams.Missed;

    /// <summary>Enumerates every event from now on, until the channel is closed.</summary>
    /// <remarks><see cref="ReliableChannelOptions.EventCapacity"/> events wait for a slow reader; further ones are lost to it, and counted.</remarks>
    public IAsyncEnumerable<ChannelEvent> Events(CancellationToken cancellation = default) => Voice.Streams.Read<ChannelEvent>(cancellation);

    /// <summary>Enumerates the messages that come from now on, until the channel is closed.</summary>
    /// <inheritdoc cref="Events"/>
    public IAsyncEnumerable<ReliableMessageReceived> Messages(CancellationToken cancellation = default) =>
        Voice.Streams.Read<ReliableMessageReceived>(cancellation);

    void Raise(ChannelEvent told)
    {
        switch (told)
        {
            case ReliableMessageReceived received: MessageReceived?.Invoke(this, received); break;
            case ReliableMessageSent sent: MessageSent?.Invoke(this, sent); break;
            case ReliableMessageDelivered delivered: MessageDelivered?.Invoke(this, delivered); break;
            case ReliableMessageSendError error: MessageSendError?.Invoke(this, error); break;
            case ReliableMessageDeliveryError error: MessageDeliveryError?.Invoke(this, error); break;
            case ReliableMessageProgress progress: Progress?.Invoke(this, progress); break;
            case ChannelBackPressure pressure: BackPressure?.Invoke(this, pressure); break;
            case ChannelProblemFound problem: ProblemFound?.Invoke(this, problem); break;
        }
    }
}

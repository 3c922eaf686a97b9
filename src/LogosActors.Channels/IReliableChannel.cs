using LogosActors.Delivery;

namespace LogosActors.Channels;

/// <summary>What an application does with an open channel (RELIABLE-CHANNEL-API): <see cref="ReliableChannel"/>, or what stands for it in the
/// application's tests. For any number of threads.</summary>
public interface IReliableChannel : IAsyncDisposable
{
    /// <summary>Names the channel.</summary>
    string ChannelId { get; }

    /// <summary>Where its messages travel.</summary>
    string ContentTopic { get; }

    /// <summary>Names this participant.</summary>
    string SenderId { get; }

    /// <summary>Whether it is open.</summary>
    bool IsOpen { get; }

    /// <summary>How many messages came faster than they could be handled, and were dropped; they are asked for again.</summary>
    long DroppedMessages { get; }

    /// <summary>How many events were lost to enumerations, or to handlers of events that are not raised again, since they were too slow.</summary>
    long MissedEvents { get; }

    /// <summary>A whole message has come (<c>reliable:message:received</c>).</summary>
    event EventHandler<ReliableMessageReceived>? MessageReceived;

    /// <summary>All of a message has gone out (<c>reliable:message:sent</c>).</summary>
    event EventHandler<ReliableMessageSent>? MessageSent;

    /// <summary>All of a message is confirmed (<c>reliable:message:delivered</c>).</summary>
    event EventHandler<ReliableMessageDelivered>? MessageDelivered;

    /// <summary>A message could not be sent, or nobody has confirmed it (<c>reliable:message:send-error</c>).</summary>
    event EventHandler<ReliableMessageSendError>? MessageSendError;

    /// <summary>Nobody has confirmed all of a message (<c>reliable:message:delivery-error</c>).</summary>
    event EventHandler<ReliableMessageDeliveryError>? MessageDeliveryError;

    /// <summary>A request has come further.</summary>
    event EventHandler<ReliableMessageProgress>? Progress;

    /// <summary>The rate limit comes near, or holds a message back.</summary>
    event EventHandler<ChannelBackPressure>? BackPressure;

    /// <summary>Something has come that is of no use, or has not come.</summary>
    event EventHandler<ChannelProblemFound>? ProblemFound;

    /// <summary>Sends a message to all who take part in the channel.</summary>
    /// <param name="payload">The message, 1 byte – 1 MiB; its bytes must not be changed.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    /// <returns>The request, about which events are raised; it is stored when it is there. Or why the message was not taken.</returns>
    Task<Result<RequestId, ChannelSendError>> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>Sends a message to all who take part in the channel, and waits until its request has ended. The events are raised as well.</summary>
    /// <param name="payload">The message, 1 byte – 1 MiB; its bytes must not be changed.</param>
    /// <param name="cancellation">Stops waiting; the message goes on, and events say what becomes of it.</param>
    /// <returns>That another participant has confirmed all of it; or why not.</returns>
    /// <exception cref="OperationCanceledException">The waiting was stopped.</exception>
    Task<Result<ReliableMessageDelivered, ChannelSendError>> SendAndConfirmAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>Sends a message to those who are there, without any guarantee: it is not stored, ordered, acknowledged or sent again.</summary>
    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    Task<Result<RequestId, ChannelSendError>> SendEphemeralAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>The requests to send that have not ended, those from before a restart among them; ephemeral ones aside.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    Task<IReadOnlyList<RequestId>> GetUnfinishedRequestsAsync(CancellationToken cancellation = default);

    /// <summary>How the channel does.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    Task<ChannelStatus> GetStatusAsync(CancellationToken cancellation = default);

    /// <summary>Closes the channel: it releases everything, and ends all enumerations of its events. What is not delivered yet goes on when it
    /// is opened again, unless its history was in memory.</summary>
    /// <param name="cancellation">Stops waiting; the closing goes on.</param>
    Task CloseAsync(CancellationToken cancellation = default);

    /// <summary>Enumerates every event from the moment its enumerator is requested (<c>await foreach</c> does so at its beginning), until the channel
    /// is closed.</summary>
    /// <remarks>To miss no event of what is done in between, request the enumerator first. <see cref="ReliableChannelOptions.EventCapacity"/> events wait for
    /// a slow reader; further ones are lost to it, and counted.</remarks>
    /// <param name="cancellation">Ends the enumeration.</param>
    IAsyncEnumerable<ChannelEvent> Events(CancellationToken cancellation = default);

    /// <summary>Enumerates the messages that come, likewise.</summary>
    /// <inheritdoc cref="Events"/>
    IAsyncEnumerable<ReliableMessageReceived> Messages(CancellationToken cancellation = default);

    /// <summary>Calls an asynchronous handler with each event of a type, one after the other: the next when the last has been handled. What it throws is
    /// logged, and costs that call.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>Dispose of it to remove the handler; events that wait for it are discarded then.</returns>
    IDisposable Handle<TEvent>(Func<TEvent, Task> handler)
        where TEvent : ChannelEvent;
}

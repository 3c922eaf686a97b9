using Akka.Actor;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Hosting;
using LogosActors.Delivery;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Channels;

/// <summary>An open channel: what is sent in it comes to all who take part, once, in causal order, through loss and restarts
/// (RELIABLE-CHANNEL-API). For any number of threads.</summary>
/// <remarks>
/// A request to send ends in one <see cref="ReliableMessageDelivered"/> or <see cref="ReliableMessageSendError"/>: an ephemeral one in
/// <see cref="ReliableMessageSent"/> or <see cref="ReliableMessageSendError"/>. It does so within <see cref="SendingOptions.Timeout"/> of the
/// node, and the time of all retransmissions; the time that the rate limit holds it back comes on top, and an event says so.
/// </remarks>
public sealed partial class ReliableChannel : IReliableChannel
{
    /// <summary>How long closing waits for what is being stored.</summary>
    /// <value>4 s: a service manager that kills after some seconds finds a process that has ended.</value>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(4);

    /// <summary>How long an answer of the channel's actors may take: a slow disk, or a restart.</summary>
    internal static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a sender waits for a journal that is known to fail.</summary>
    static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long closing waits for the application's handlers.</summary>
    static readonly TimeSpan HandlersTimeout = TimeSpan.FromSeconds(5);

    readonly ChannelDirectory _directory;
    readonly EventPublisher<ChannelEvent> _publisher;
    readonly bool _ownsNode;
    readonly AwaitedOutcomes<ReliableSendEvent> _outcomes = new();
    readonly Lock _closing = new();
    volatile IActorRef _sds = ActorRefs.Nobody;
    Task? _closed;
    int _isClosed;

    internal ReliableChannel(MessagingNode node, ReliableChannelOptions options, ChannelDirectory directory, bool ownsNode, EventPublisher<ChannelEvent> publisher)
    {
        (Node, Options, _directory, _ownsNode, _publisher) = (node, options, directory, ownsNode, publisher);
        Published = new ChannelEvents(publisher, options.EventCapacity, _outcomes);
        Budget = new IncomingBudget(options.MaxIncomingBytes);
    }

    /// <inheritdoc/>
    public string ChannelId => Options.ChannelId;

    /// <inheritdoc/>
    public string ContentTopic => Options.ContentTopic;

    /// <inheritdoc/>
    public string SenderId => Options.SenderId!;

    /// <summary>The node that it stands on.</summary>
    public MessagingNode Node { get; }

    /// <inheritdoc/>
    public bool IsOpen => Volatile.Read(ref _isClosed) == 0;

    /// <inheritdoc/>
    public long DroppedMessages => Budget.Dropped;

    internal ReliableChannelOptions Options { get; }

    internal ChannelEvents Published { get; }

    internal IncomingBudget Budget { get; }

    /// <summary>Why nothing can be stored now; null: it can.</summary>
    internal Func<string?> FindJournalProblem { get; set; } = static () => null;

    internal IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <inheritdoc/>
    public Task<Result<RequestId, ChannelSendError>> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        SendAsync(payload, RequestId.New(), isEphemeral: false, cancellation);

    /// <inheritdoc/>
    public async Task<Result<ReliableMessageDelivered, ChannelSendError>> SendAndConfirmAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        var request = RequestId.New();
        var outcome = _outcomes.AwaitAsync(request);
        try
        {
            var taken = await SendAsync(payload, request, isEphemeral: false, cancellation);
            if (!taken.IsSuccess)
                return taken.Error;
            return await outcome.WaitAsync(cancellation) switch
            {
                ReliableMessageDelivered delivered => delivered,
                ReliableMessageSendError failed => new ChannelSendError(KindOf(failed.Failure), failed.Error),
                _ => new ChannelSendError(ChannelSendErrorKind.NotOpen, "The channel was closed before the message was confirmed; what is stored goes on when it is opened again."),
            };
        }
        finally
        {
            _outcomes.Forget(request);
        }
    }

    /// <inheritdoc/>
    public Task<Result<RequestId, ChannelSendError>> SendEphemeralAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        SendAsync(payload, RequestId.New(), isEphemeral: true, cancellation);

    /// <inheritdoc/>
    /// <exception cref="AskTimeoutException">It is being restarted.</exception>
    public async Task<IReadOnlyList<RequestId>> GetUnfinishedRequestsAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(!IsOpen, this);
        var answer = await _sds.Ask<Conversation.Unfinished>(Conversation.GetUnfinished.Instance, AnswerTimeout, cancellation);
        return answer.Requests;
    }

    /// <inheritdoc/>
    /// <exception cref="AskTimeoutException">It is being restarted.</exception>
    public Task<ChannelStatus> GetStatusAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(!IsOpen, this);
        return _sds.Ask<ChannelStatus>(Conversation.GetStatus.Instance, AnswerTimeout, cancellation);
    }

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellation = default)
    {
        lock (_closing)
            _closed ??= CloseOnceAsync();
        return _closed.WaitAsync(cancellation);
    }

    /// <inheritdoc cref="CloseAsync"/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>Sends under a name that the caller has made, and may have written down before.</summary>
    /// <param name="payload">The message; not empty.</param>
    /// <param name="request">A name that no other request has.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    public Task<Result<RequestId, ChannelSendError>> SendNamedAsync(ReadOnlyMemory<byte> payload, RequestId request, CancellationToken cancellation) =>
        SendAsync(payload, request, isEphemeral: false, cancellation);

    /// <summary>The channel is being closed.</summary>
    internal void End()
    {
        Interlocked.Exchange(ref _isClosed, 1);
        Published.Complete();
        _outcomes.EndAll();
    }

    /// <summary>There is another actor that sends.</summary>
    internal void UseSds(IActorRef sds) => _sds = sds;

    /// <summary>Waits until handlers have been called with what was raised, for a bounded time.</summary>
    internal Task FlushAsync() => _publisher.FlushAsync(HandlersTimeout, TimeProvider.System);

    async Task CloseOnceAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await _directory.CloseAsync(this);
        _outcomes.EndAll();
        if (_ownsNode)
            await Node.DisposeAsync();
    }

    static ChannelSendErrorKind KindOf(SendFailure failure) => failure switch
    {
        SendFailure.NotAcknowledged => ChannelSendErrorKind.NotConfirmed,
        SendFailure.NotEncrypted => ChannelSendErrorKind.NotEncrypted,
        SendFailure.RateLimited => ChannelSendErrorKind.RateLimited,
        _ => ChannelSendErrorKind.NotSent,
    };

    async Task<Result<RequestId, ChannelSendError>> SendAsync(
        ReadOnlyMemory<byte> payload, RequestId request, bool isEphemeral, CancellationToken cancellation)
    {
        if (payload.IsEmpty)
            return new ChannelSendError(ChannelSendErrorKind.EmptyPayload, "The payload is empty.");
        if (payload.Length > SegmentationOptions.MaxMessageSize)
            return new ChannelSendError(
                ChannelSendErrorKind.TooLarge, $"The payload has {payload.Length} bytes; at most {SegmentationOptions.MaxMessageSize} can be sent.");
        if (!IsOpen)
            return new ChannelSendError(ChannelSendErrorKind.NotOpen, "The channel is closed.");
        try
        {
            var answer = new TaskCompletionSource<Result<RequestId, ChannelSendError>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var send = new Conversation.Send(request, payload, isEphemeral)
            {
                Answer = answer,
                Trace = ChannelTrace.Begin(request, ChannelId, payload.Length, Node.Time),
            };
            _sds.Tell(send, ActorRefs.NoSender);
            return await WaitAsync(answer.Task, cancellation);
        }
        catch (TimeoutException)
        {
            return !IsOpen ? new ChannelSendError(ChannelSendErrorKind.NotOpen, "The channel is closed.")
                : NotStored(FindJournalProblem() is { } problem ? $"The journal fails, {problem}" : "The channel does not answer");
        }
    }

    // A slow disk is waited for, a journal that fails is not.
    async Task<T> WaitAsync<T>(Task<T> answer, CancellationToken cancellation)
    {
        try
        {
            return await answer.WaitAsync(StoreTimeout, cancellation);
        }
        catch (TimeoutException) when (FindJournalProblem() is null)
        {
            return await answer.WaitAsync(AnswerTimeout - StoreTimeout, cancellation);
        }
    }

    static ChannelSendError NotStored(string reason) => new(ChannelSendErrorKind.NotStored, $"{reason}; the message may be sent or not.");
}

using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>The edge of the <see cref="SendsActor"/>: checks messages on their senders' threads, and counts requests. For any number of threads.</summary>
/// <remarks>Holds numbers only. At most <see cref="SendingOptions.MaxUnfinished"/> requests are counted; a caller that sends while <see cref="Window"/> of
/// them have not begun waits until his own has.</remarks>
internal sealed class SendIntake(NodeOptions options, TopicShards topics, ActorSystem system)
{
    /// <summary>How many requests may be on their way to their first publish; senders wait when there are more.</summary>
    public const int Window = 1024;

    static readonly SendError Stopped = new(SendErrorKind.NotStarted, "The node was stopped before it took the message.");

    readonly TimeProvider _time = system.TimeProvider();
    long _lastTimestamp;
    int _unfinished;
    int _notBegun;
    int _entering;
    volatile bool _isClosed;

    /// <summary>How long a sender waits until the request is stored.</summary>
    /// <value>3 s: clients of the REST service have an answer within 5 s, on a machine that is busy, too.</value>
    public static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Whether a journal keeps requests: then a caller waits until its request is stored.</summary>
    public bool IsJournalled { get; init; }

    /// <summary>Why nothing can be stored now; null: it can.</summary>
    public Func<string?> FindJournalProblem { get; init; } = static () => null;

    /// <summary>Whether nothing that is stored is found again.</summary>
    public Func<bool> IsJournalRemoved { get; init; } = static () => false;

    /// <summary>How many requests have not ended.</summary>
    public int Unfinished => Volatile.Read(ref _unfinished);

    /// <summary>Makes what is sent of what is wanted; names the time and the hash.</summary>
    public bool TryPrepare(MessageEnvelope envelope, [NotNullWhen(true)] out OutgoingMessage? message, [NotNullWhen(false)] out SendError? error)
    {
        message = null;
        if (!OutgoingCheck.TryPass(envelope, options, topics, out var topic, out var shard, out error))
            return false;
        var waku = new WakuMessage
        {
            ContentTopic = topic.Text,
            Payload = envelope.Payload,
            Meta = envelope.Meta,
            IsEphemeral = envelope.IsEphemeral,
            Timestamp = Timestamp(),
        };
        message = new OutgoingMessage(topic, shard, MessageHash.Compute(shard.ToString(), waku), waku, system.Scheduler.MonotonicClock);
        return true;
    }

    /// <summary>Sends a message of the application.</summary>
    /// <returns>The request, when it is sure to end in an event; or why it was refused.</returns>
    public async Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope envelope, RequestId request, NodeActors actors)
    {
        if (!TryPrepare(envelope, out var message, out var error))
            return error;
        var isJournalled = IsJournalled && !envelope.IsEphemeral;
        if (isJournalled && IsJournalRemoved())
            return NotStored(JournalProblem());
        if (!TryCount())
            return TooMany;
        var waits = Interlocked.Increment(ref _notBegun) > Window || isJournalled;
        var send = new Sends.Send(request, message, isJournalled, Observer: null)
        {
            Answer = waits ? system.CreateCompletion<Result<RequestId, SendError>>() : null,
            IsCounted = true,
            Trace = SendTrace.Begin(request, message, _time),
        };
        if (!TryEnter(send, actors.Sends))
            return Stopped;
        if (send.Answer is not { } answer)
            return send.Request;
        if (!isJournalled)
            return await answer.Task;
        // Whichever answer is first holds: a request that is stored later than this is not sent.
        await using var late = _time.CreateTimer(_ => answer.TrySetResult(NotStored(JournalProblem())), null, StoreTimeout, Timeout.InfiniteTimeSpan);
        return await answer.Task;
    }

    string JournalProblem() => FindJournalProblem() is { } problem ? $"the journal fails, {problem}." : "the journal does not answer.";

    /// <summary>Counts a request, unless there are too many.</summary>
    public bool TryCount()
    {
        if (Interlocked.Increment(ref _unfinished) <= options.Sending.MaxUnfinished)
            return true;
        Interlocked.Decrement(ref _unfinished);
        return false;
    }

    /// <summary>Counts a request that has been accepted before.</summary>
    public void Count() => Interlocked.Increment(ref _unfinished);

    /// <summary>Requests have ended, or are somebody else's.</summary>
    public void Release(int count) => Interlocked.Add(ref _unfinished, -count);

    /// <summary>A request of <see cref="SendAsync"/> has been taken up or refused.</summary>
    public void Begun(Sends.Send send)
    {
        if (send.IsCounted)
            Interlocked.Decrement(ref _notBegun);
    }

    /// <summary>Refuses what is sent from now on.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Refuses what is sent from now on; everything before is in the actor's mailbox when this returns.</summary>
    public async Task CloseAsync()
    {
        Close();
        while (Volatile.Read(ref _entering) > 0)
            await Task.Yield();
    }

    /// <summary>A request was refused by the actor that holds it; says so where it is waited for.</summary>
    /// <param name="send">The request.</param>
    /// <param name="error">Why.</param>
    /// <param name="publish">Publishes an event.</param>
    /// <param name="isCounted">Whether it is among <see cref="Unfinished"/>.</param>
    public void Refuse(Sends.Send send, SendError error, Action<MessagingEvent> publish, bool isCounted)
    {
        Begun(send);
        if (isCounted)
            Release(1);
        SendTrace.End(send.Trace, "refused", error.Message, _time);
        if (send.Observer is { } observer)
            observer.Tell(new Sends.Ended(send.Request, send.Message.Hash, error.Message) { Refusal = error.Kind }, ActorRefs.NoSender);
        else if (send.Answer is { } answer)
            answer.TrySetResult(error);
        else
            publish(new MessageError(send.Request, send.Message.Hash, error.Message));
    }

    public SendError TooMany => new(SendErrorKind.TooManyUnfinished, $"{options.Sending.MaxUnfinished} requests are under way; wait for their events.");

    public static SendError NotStored(string reason) => new(SendErrorKind.NotStored, $"The message could not be stored, and was not sent: {reason}");

    public static SendError NodeStopped => Stopped;

    /// <summary>Why a node whose journal another process has does nothing any longer, and what to do.</summary>
    public const string JournalLostReason =
        "The node has stopped: another process writes to its journal since its database was away. Stop that process, and start the node again.";

    public static SendError JournalLost { get; } = new(SendErrorKind.NotStarted, JournalLostReason);

    bool TryEnter(Sends.Send send, IActorRef sends)
    {
        Interlocked.Increment(ref _entering);
        try
        {
            if (!_isClosed)
            {
                sends.Tell(send, ActorRefs.NoSender);
                return true;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _entering);
        }
        Begun(send);
        Release(1);
        SendTrace.End(send.Trace, "refused", Stopped.Message, _time);
        return false;
    }

    /// <summary>The time, a little later for messages of the same moment: equal messages of different times have different hashes.</summary>
    long Timestamp()
    {
        var now = UnixNanoseconds.Now(_time);
        var last = Interlocked.Read(ref _lastTimestamp);
        while (true)
        {
            // Not after the clock was set back.
            var next = now <= last && last - now < TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerSecond ? last + 1 : now;
            var found = Interlocked.CompareExchange(ref _lastTimestamp, next, last);
            if (found == last)
                return next;
            last = found;
        }
    }
}

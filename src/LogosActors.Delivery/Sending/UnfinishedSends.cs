using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>The requests of a node that have not ended. They lie here, outside of all actors, so that no actor's failure costs one.</summary>
/// <remarks>
/// Any thread adds; all else is the <see cref="SendsActor"/>'s, or the node's once that has stopped. At most
/// <see cref="SendingOptions.MaxUnfinished"/> are added. A message that is not passed on yet is held here, so memory is bounded by that times the
/// largest message.
/// </remarks>
internal sealed class UnfinishedSends(SendingOptions options, TimeProvider time)
{
    /// <summary>How many requests may be on their way to their first publish; callers wait when there are more.</summary>
    public const int Window = 1024;

    readonly ConcurrentQueue<OutgoingSend> _new = new();
    readonly long _started = time.GetTimestamp();
    long _lastTimestamp;
    int _count;
    int _isAnnounced;
    volatile bool _isClosed;

    /// <summary>How many requests have not ended. For any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The time since this was made.</summary>
    public TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>The requests that were taken, by their id.</summary>
    public Dictionary<RequestId, OutgoingSend> Taken { get; } = [];

    /// <summary>Whether the requests of earlier runs have been taken from the journal.</summary>
    public bool HasRecovered { get; set; }

    /// <summary>Whether requests are kept in a journal: then whoever adds one waits until it is.</summary>
    public bool IsStored { get; init; }

    /// <summary>Adds a request, which ends in an event unless it is refused here.</summary>
    /// <param name="envelope">What is sent.</param>
    /// <param name="topic">Its content topic.</param>
    /// <param name="shard">Where.</param>
    /// <param name="node">Is told of it.</param>
    /// <param name="request">Its name, which no other request has; null: one is made.</param>
    public Task<Result<RequestId, SendError>> AddAsync(
        MessageEnvelope envelope, ContentTopic topic, PubsubTopic shard, ActorRef node, RequestId? request = null)
    {
        if (Interlocked.Increment(ref _count) > options.MaxUnfinished)
        {
            Interlocked.Decrement(ref _count);
            return Task.FromResult<Result<RequestId, SendError>>(new SendError(
                SendErrorKind.TooManyUnfinished, $"{options.MaxUnfinished} requests are under way; wait for their events."));
        }
        var message = new WakuMessage
        {
            ContentTopic = topic.Text,
            Payload = envelope.Payload,
            Meta = envelope.Meta,
            IsEphemeral = envelope.IsEphemeral,
            Timestamp = Timestamp(),
        };
        var waits = IsStored || _new.Count >= Window;
        var send = new OutgoingSend(request ?? RequestId.New(), shard, MessageHash.Compute(shard.ToString(), message), message, Now)
        {
            Topic = topic,
            Answer = waits ? new TaskCompletionSource<Result<RequestId, SendError>>(TaskCreationOptions.RunContinuationsAsynchronously) : null,
        };
        _new.Enqueue(send);
        if (_isClosed && send.TryAnswer())
            return Task.FromResult<Result<RequestId, SendError>>(Stopped);
        if (Interlocked.Exchange(ref _isAnnounced, 1) == 0)
            node.Tell(Sends.Added.Instance);
        return send.Answer?.Task ?? Task.FromResult<Result<RequestId, SendError>>(send.Request);
    }

    /// <summary>Takes the oldest request that was added; after false, <see cref="Sends.Added"/> is told when there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out OutgoingSend? send)
    {
        if (!_new.TryDequeue(out send))
        {
            Volatile.Write(ref _isAnnounced, 0);
            Interlocked.MemoryBarrier();
            if (!_new.TryDequeue(out send))
                return false;
        }
        Taken.Add(send.Request, send);
        return true;
    }

    /// <summary>Takes a request of an earlier run.</summary>
    public void Adopt(OutgoingSend send)
    {
        Interlocked.Increment(ref _count);
        Taken.Add(send.Request, send);
    }

    /// <summary>Forgets a request that has ended, or was refused.</summary>
    public void Remove(OutgoingSend send)
    {
        send.Stage = SendStage.Ended;
        if (Taken.Remove(send.Request))
            Interlocked.Decrement(ref _count);
    }

    /// <summary>The node has stopped: ends what the journal does not keep for its next start.</summary>
    public IEnumerable<SendEvent> Close()
    {
        _isClosed = true;
        while (_new.TryDequeue(out var send))
        {
            if (!send.TryAnswer())
                continue;
            if (send.Answer is { } answer)
                answer.TrySetResult(Stopped);
            else
                yield return Unsent(send);
        }
        foreach (var send in Taken.Values)
        {
            if (send.Stage is SendStage.Ending)
                yield return send.Result(send.End, options.Timeout);
            else if (send.Answer is { } answer && answer.TrySetResult(Stopped))
                continue;
            else if (!IsStored)
                yield return send.IsPropagated ? send.Result(SendEnd.Sent, options.Timeout) : Unsent(send);
        }
        Taken.Clear();
    }

    static SendError Stopped => new(SendErrorKind.NotStarted, "The node was stopped before it took the message.");

    static MessageError Unsent(OutgoingSend send) => new(send.Request, send.Hash, "The node was stopped before a peer had taken the message.");

    /// <summary>The time, a little later for messages of the same moment: equal messages of different times have different hashes.</summary>
    long Timestamp()
    {
        var now = UnixNanoseconds.Now(time);
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

using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Filter;

/// <summary>Pushes messages to one subscriber of the filter service, in order, on one stream that it keeps.</summary>
/// <remarks>
/// What waits is bounded (<see cref="FilterPushBudget"/>): what comes beyond is dropped and counted, and costs no other subscriber.
/// A stream that has broken is replaced at once, and what was not written goes out on the next. A subscriber that is not connected, or does not
/// speak the protocol, loses what waits, and is tried again after 100 ms … 5 s if there is more; one that does not read for <see cref="SendTimeout"/> loses the stream and what was being written.
/// Parent: <see cref="FilterActor"/>, one-for-one, restart at once. A failure costs what waits; a restart opens a new stream.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class FilterPushActor(INodeHost host, PeerId peer, FilterPushBudget budget) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>How long opening a stream and writing a batch may take (Nim reference, <c>MessagePushTimeout</c>).</summary>
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait after a failure.</summary>
    static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>How many messages are written in one go.</summary>
    const int MaxBatch = 64;

    readonly Queue<byte[]> _waiting = new();
    readonly CancellationTokenSource _stopping = new();
    IMessageStream? _stream;
    long _size;
    int _failures;
    bool _isBusy;

    public static Props Props(INodeHost host, PeerId peer, FilterPushBudget budget) =>
        Akka.Actor.Props.Create(() => new FilterPushActor(host, peer, budget));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        // A stream that is written to is let go by who writes.
        if (_stream is not null && !_isBusy)
            _ = _stream.DisposeAsync().AsTask();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Filtering.Push push:
                Enqueue(push.Frame);
                Send();
                break;
            case Written stale when stale.Writer != this:
                _ = stale.Stream.DisposeAsync().AsTask();
                break;
            case Written written:
                FilterMetrics.Pushes.Add(written.Count, PushOutcome.Sent);
                (_stream, _failures, _isBusy) = (written.Stream, 0, false);
                _size -= written.Size;
                Send();
                break;
            case NotWritten failed when failed.Writer == this:
                Fail(failed);
                break;
            case NotWritten:
                break;
            case Retry:
                _isBusy = false;
                Send();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Enqueue(byte[] frame)
    {
        if (_size > 0 && (_waiting.Count >= FilterPushBudget.Messages || _size + frame.Length > budget.Size))
        {
            FilterMetrics.Pushes.Add(1, PushOutcome.Dropped);
            return;
        }
        _waiting.Enqueue(frame);
        _size += frame.Length;
    }

    void Send()
    {
        if (_isBusy || _waiting.Count == 0)
            return;
        _isBusy = true;
        var batch = new byte[Math.Min(_waiting.Count, MaxBatch)][];
        for (var i = 0; i < batch.Length; i++)
            batch[i] = _waiting.Dequeue();
        PipeToSelf(WriteAsync(_stream, batch, Time, _stopping.Token));
        _stream = null;
    }

    void Fail(NotWritten failed)
    {
        FilterMetrics.Pushes.Add(failed.Written, PushOutcome.Sent);
        FilterMetrics.Pushes.Add(failed.Lost, PushOutcome.Failed);
        _size -= failed.Size;
        if (failed.IsUnreachable)
        {
            FilterMetrics.Pushes.Add(_waiting.Count, PushOutcome.Failed);
            _waiting.Clear();
            _size = 0;
        }
        Timers.StartSingleTimer(Retry.Instance, Retry.Instance, Backoff.Delay(_failures++, Context.System.Random()));
    }

    async Task<object> WriteAsync(IMessageStream? stream, byte[][] batch, TimeProvider time, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(SendTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        var size = batch.Sum(static frame => (long)frame.Length);
        var written = 0;
        var isKept = stream is not null;
        while (true)
        {
            try
            {
                stream ??= await host.OpenMessagesAsync(peer, FilterProtocol.PushId, either.Token);
                for (; written < batch.Length; written++)
                    await stream.WriteAsync(batch[written], either.Token);
                stopping.ThrowIfCancellationRequested();
                return new Written(this, stream, written, size);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                if (stream is not null)
                    await stream.DisposeAsync();
                stream = null;
                // The client may have closed a stream that was kept; it is asked for a new one once.
                if (isKept && e is IOException)
                {
                    isKept = false;
                    continue;
                }
                var isUnreachable = e is ObjectDisposedException
                    or ConnectionException { Failure: ConnectionFailure.NotConnected or ConnectionFailure.NegotiationFailed };
                return new NotWritten(this, written, batch.Length - written, size, isUnreachable);
            }
        }
    }

    // Both name the incarnation that has begun the write: the next one begins with an empty queue.
    sealed record Written(FilterPushActor Writer, IMessageStream Stream, int Count, long Size) : INoSerializationVerificationNeeded;

    sealed record NotWritten(FilterPushActor Writer, int Written, int Lost, long Size, bool IsUnreachable) : INoSerializationVerificationNeeded;

    sealed record Retry
    {
        public static readonly Retry Instance = new();
    }
}

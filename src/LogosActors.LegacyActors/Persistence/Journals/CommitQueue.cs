using System.Threading.Channels;

// The task of a TaskCompletionSource belongs to nobody's context; there is none to deadlock on.
#pragma warning disable VSTHRD003

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>A change that waits to be committed together with others.</summary>
/// <param name="events">How many events it adds; 1 for anything else.</param>
/// <param name="bytes">How many bytes it adds.</param>
abstract class PendingChange(int events, long bytes)
{
    readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Events { get; } = events;

    public long Bytes { get; } = bytes;

    /// <summary>Completes once the change is durable or has failed.</summary>
    public Task Durable => _durable.Task;

    /// <summary>Why this change, and no other of its group, was left out.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Tells the writer that the group was committed.</summary>
    public void Committed()
    {
        if (Refusal is null)
            _durable.TrySetResult();
        else
            _durable.TrySetException(Refusal);
    }

    /// <summary>Tells the writer that nothing of the group was committed.</summary>
    public void Failed(Exception cause) => _durable.TrySetException(Refusal ?? cause);
}

/// <summary>Gathers changes while the previous group commits, and hands them over as the next group.</summary>
/// <remarks>Many producers, one consumer. There is no delay: a group is whatever has arrived.</remarks>
/// <param name="owner">Named in the error when a change comes too late.</param>
/// <param name="capacity">How many changes may wait; further ones wait for room.</param>
/// <param name="maxEvents">The most events in a group; a change that alone has more is a group of its own.</param>
/// <param name="maxBytes">The most bytes in a group; likewise.</param>
/// <param name="wakeInline">Whether a producer's thread may wake the consumer: yes for a consumer that blocks a thread of
/// its own, no for one that would go on to work on the producer's.</param>
sealed class CommitQueue<TChange>(string owner, int capacity, int maxEvents, long maxBytes, bool wakeInline)
    where TChange : PendingChange
{
    readonly Channel<TChange> _pending = Channel.CreateBounded<TChange>(
        new BoundedChannelOptions(capacity) { SingleReader = true, AllowSynchronousContinuations = wakeInline });

    /// <summary>Queues a change, waiting while the queue is full; completes when the change is durable.</summary>
    public async ValueTask SubmitAsync(TChange change, CancellationToken cancellation = default)
    {
        if (!_pending.Writer.TryWrite(change))
        {
            try
            {
                await _pending.Writer.WriteAsync(change, cancellation);
            }
            catch (ChannelClosedException e)
            {
                throw new ObjectDisposedException($"{owner} was disposed.", e);
            }
        }

        await change.Durable;
    }

    /// <summary>Waits for the next group. False when the queue was closed and is empty.</summary>
    public ValueTask<bool> WaitForGroupAsync() => _pending.Reader.WaitToReadAsync();

    /// <summary>As <see cref="WaitForGroupAsync"/>, for a consumer with a thread of its own.</summary>
    public bool WaitForGroup()
    {
        var wait = _pending.Reader.WaitToReadAsync();
#pragma warning disable VSTHRD002 // The thread has nothing else to do.
        return wait.IsCompleted ? wait.Result : wait.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Moves what has arrived into <paramref name="group"/>, at most one group's worth.</summary>
    public void TakeGroup(List<TChange> group)
    {
        group.Clear();
        var events = 0;
        var bytes = 0L;
        while (_pending.Reader.TryPeek(out var next))
        {
            events += next.Events;
            bytes += next.Bytes;
            if (group.Count > 0 && (events > maxEvents || bytes > maxBytes))
                return;
            _pending.Reader.TryRead(out _);
            group.Add(next);
        }
    }

    /// <summary>Accepts no more changes; those accepted are still handed over.</summary>
    public void Close() => _pending.Writer.TryComplete();
}

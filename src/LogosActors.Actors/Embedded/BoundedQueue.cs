namespace LogosActors.Actors.Embedded;

/// <summary>What became of a message that was offered to a bounded mailbox.</summary>
internal enum BoundedResult
{
    Accepted,
    Dropped,
    Refused,
    Waiting,
    Dead,
}

/// <summary>A sender that waits for room.</summary>
internal sealed class BoundedWaiter(Envelope envelope, Dispatcher dispatcher)
{
    readonly TaskCompletionSource _room = new(dispatcher.PromiseOptions);
    int _ended;

    public Envelope Envelope { get; } = envelope;

    public Task Room => _room.Task;

    /// <summary>Claims the waiter, once: either for its message to be taken in, or to give up.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    public void Admit() => dispatcher.Complete(static room => room.TrySetResult(), _room);

    public void Cancel(CancellationToken cancellation) =>
        dispatcher.Complete(static ending => ending._room.TrySetCanceled(ending.cancellation), (_room, cancellation));
}

/// <summary>The queue of a bounded mailbox. Guarded by the mailbox's lock.</summary>
/// <remarks>Holds at most the capacity in messages of users; signals of the host come on top, of which there is a bounded number
/// (one per watch and per timer).</remarks>
internal sealed class BoundedQueue(MailboxOptions options)
{
    readonly LinkedList<Envelope> _queue = new();
    readonly Queue<BoundedWaiter> _waiters = new();
    int _users;

    public int Count => _queue.Count;

    public BoundedResult Add(in Envelope envelope, out Envelope dropped, BoundedWaiter? waiter)
    {
        dropped = default;
        if (_users < options.Capacity)
        {
            _queue.AddLast(envelope);
            _users++;
            return BoundedResult.Accepted;
        }

        switch (options.Overflow)
        {
            case MailboxOverflow.DropNewest:
                dropped = envelope;
                return BoundedResult.Dropped;
            case MailboxOverflow.DropOldest:
                dropped = RemoveOldest();
                _queue.AddLast(envelope);
                return BoundedResult.Dropped;
            case MailboxOverflow.Backpressure when waiter is not null:
                _waiters.Enqueue(waiter);
                return BoundedResult.Waiting;
            default:
                return BoundedResult.Refused;
        }
    }

    public void AddSignal(in Envelope signal) => _queue.AddLast(signal);

    public bool TryTake(out Envelope envelope, out BoundedWaiter? admitted)
    {
        admitted = null;
        if (_queue.First is not { } first)
        {
            envelope = default;
            return false;
        }

        envelope = first.Value;
        _queue.RemoveFirst();
        if (envelope.Sender is SignalSender)
            return true;
        _users--;
        while (admitted is null && _waiters.TryDequeue(out var waiter))
        {
            if (!waiter.TryEnd())
                continue;
            _queue.AddLast(waiter.Envelope);
            _users++;
            admitted = waiter;
        }

        return true;
    }

    public BoundedWaiter[] Drain(List<Envelope> rest)
    {
        rest.AddRange(_queue);
        _queue.Clear();
        BoundedWaiter[] waiters = [.. _waiters.Where(w => w.TryEnd())];
        rest.AddRange(waiters.Select(w => w.Envelope));
        _waiters.Clear();
        return waiters;
    }

    Envelope RemoveOldest()
    {
        var node = _queue.First!;
        while (node.Value.Sender is SignalSender)
            node = node.Next!;
        _queue.Remove(node);
        return node.Value;
    }
}

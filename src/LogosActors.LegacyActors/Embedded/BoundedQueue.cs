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

    public Envelope Envelope { get; } = envelope;

    public Task Room => _room.Task;

    /// <summary>The waiter's place in the line; guarded by the mailbox's lock.</summary>
    public LinkedListNode<BoundedWaiter>? Place { get; set; }

    public void Admit() => dispatcher.Complete(static room => room.TrySetResult(), _room);

    public void Cancel(CancellationToken cancellation) =>
        dispatcher.Complete(static ending => ending._room.TrySetCanceled(ending.cancellation), (_room, cancellation));
}

/// <summary>The queue of a bounded mailbox. Guarded by the mailbox's lock.</summary>
/// <remarks>Holds at most the capacity in messages of users; signals of the host come on top, of which there is a bounded number
/// (one per watch and per timer, and one <see cref="PoisonPill"/>). Senders wait in a line beside it, each with its one message;
/// a sender that gives up leaves the line at once.</remarks>
internal sealed class BoundedQueue(MailboxOptions options)
{
    readonly LinkedList<Envelope> _queue = new();
    readonly LinkedList<BoundedWaiter> _waiters = new();
    int _users;
    bool _isPoisoned;

    public int Count => _queue.Count;

    public int WaiterCount => _waiters.Count;

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
                waiter.Place = _waiters.AddLast(waiter);
                return BoundedResult.Waiting;
            default:
                return BoundedResult.Refused;
        }
    }

    public void AddSignal(in Envelope signal)
    {
        if (signal.Message is PoisonPill)
        {
            // The first one stops the actor; more of them would only be a way around the bound.
            if (_isPoisoned)
                return;
            _isPoisoned = true;
        }

        _queue.AddLast(signal);
    }

    /// <summary>Takes a sender out of the line; false when its message has been taken in, or has become a dead letter.</summary>
    public bool GiveUp(BoundedWaiter waiter)
    {
        if (waiter.Place is not { } place)
            return false;
        _waiters.Remove(place);
        waiter.Place = null;
        return true;
    }

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
        if (_waiters.First is { Value: var waiter })
        {
            GiveUp(waiter);
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
        BoundedWaiter[] waiters = [.. _waiters];
        foreach (var waiter in waiters)
        {
            GiveUp(waiter);
            rest.Add(waiter.Envelope);
        }

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

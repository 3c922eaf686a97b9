using System.Buffers;
using System.Diagnostics;

namespace LogosActors.Actors.Embedded;

/// <summary>What the consumer of a mailbox should do next.</summary>
internal enum MailboxWork
{
    /// <summary>Nothing to do; the mailbox has become idle and the next message will schedule the actor.</summary>
    None,

    /// <summary>A message of the system waits.</summary>
    System,

    /// <summary>A message of the user was taken.</summary>
    User,
}

/// <summary>An unbounded queue of many producers and one consumer, with a lane for the system in front of it.</summary>
/// <remarks>
/// One small lock guards everything, so that every transition (idle ↔ scheduled, open ↔ held, alive → dead) is atomic
/// with the queue that it speaks of. Producers append to an array; the consumer takes the whole array in exchange for
/// its own emptied one, and so locks once per batch. A mailbox at rest holds no array: the first message lies in the
/// mailbox itself. Arrays come from the shared pool, and nothing is allocated per message.
/// </remarks>
internal struct Mailbox
{
    const int InitialCapacity = 32;

    [Flags]
    enum Condition
    {
        None = 0,
        Scheduled = 1,
        Held = 2,
        Dead = 4,
    }

    int _gate;
    Condition _condition;
    SystemMessage? _systemHead;
    SystemMessage? _systemTail;

    // Producers' side.
    Envelope _first;
    Envelope[]? _inbox;
    int _inboxCount;

    // Consumer's side.
    Envelope[]? _batch;
    int _batchNext;
    int _batchCount;

    BoundedQueue? _bounded;

    /// <summary>How many messages wait. Exact only for the consumer.</summary>
    public readonly int Depth =>
        _bounded?.Count ?? (_first.Message is null ? 0 : 1) + Volatile.Read(in _inboxCount) + Math.Max(0, _batchCount - _batchNext);

    /// <summary>Whether a message of the system waits.</summary>
    public readonly bool HasSystemMessage => Volatile.Read(in _systemHead) is not null;

    /// <summary>Whether the actor has stopped.</summary>
    public readonly bool IsDead => (_condition & Condition.Dead) != Condition.None;

    /// <summary>Whether the actor runs or waits for a thread.</summary>
    public readonly bool IsScheduled => (_condition & Condition.Scheduled) != Condition.None;

    public void Bound(MailboxOptions options) => _bounded = new BoundedQueue(options);

    /// <summary>Puts a message in. <paramref name="schedule"/>: the caller must now schedule the actor.</summary>
    /// <returns>False when the actor is dead.</returns>
    public bool TryEnqueue(in Envelope envelope, out bool schedule)
    {
        Debug.Assert(_bounded is null);
        Enter();
        if (IsDead)
        {
            Exit();
            schedule = false;
            return false;
        }

        Append(envelope);
        schedule = BecomeScheduled(Condition.Scheduled | Condition.Held);
        Exit();
        return true;
    }

    /// <summary>Puts a message into a bounded mailbox, by its rule.</summary>
    public BoundedResult EnqueueBounded(in Envelope envelope, out bool schedule, out Envelope dropped, BoundedWaiter? waiter)
    {
        Enter();
        dropped = default;
        schedule = false;
        if (IsDead)
        {
            Exit();
            return BoundedResult.Dead;
        }

        var result = _bounded!.Add(envelope, out dropped, waiter);
        if (result is BoundedResult.Accepted or BoundedResult.Dropped)
            schedule = BecomeScheduled(Condition.Scheduled | Condition.Held);
        Exit();
        return result;
    }

    /// <summary>How many senders wait for room.</summary>
    public readonly int WaiterCount => _bounded?.WaiterCount ?? 0;

    /// <summary>Takes back a message that waits for room; false when it does not wait any more.</summary>
    public bool GiveUp(BoundedWaiter waiter)
    {
        Enter();
        var isGone = _bounded!.GiveUp(waiter);
        Exit();
        return isGone;
    }

    /// <summary>Puts a signal of the host into the user lane, beyond any bound.</summary>
    public bool TryEnqueueSignal(object signal, out bool schedule)
    {
        var envelope = new Envelope(signal, SignalSender.Instance);
        if (_bounded is null)
            return TryEnqueue(envelope, out schedule);
        Enter();
        if (IsDead)
        {
            Exit();
            schedule = false;
            return false;
        }

        _bounded.AddSignal(envelope);
        schedule = BecomeScheduled(Condition.Scheduled | Condition.Held);
        Exit();
        return true;
    }

    /// <summary>Puts a message of the system in front of all messages of users.</summary>
    public bool TryEnqueueSystem(SystemMessage message, out bool schedule)
    {
        Enter();
        if (IsDead)
        {
            Exit();
            schedule = false;
            return false;
        }

        if (_systemTail is null)
            _systemHead = message;
        else
            _systemTail.Next = message;
        _systemTail = message;
        schedule = BecomeScheduled(Condition.Scheduled);
        Exit();
        return true;
    }

    /// <summary>Marks the actor as scheduled without a message; its first run starts it.</summary>
    public bool TrySchedule()
    {
        Enter();
        var schedule = BecomeScheduled(Condition.Scheduled | Condition.Dead);
        Exit();
        return schedule;
    }

    /// <summary>Takes the first message of the system.</summary>
    public SystemMessage? TakeSystem()
    {
        Enter();
        var head = _systemHead;
        if (head is not null)
        {
            _systemHead = head.Next;
            if (_systemHead is null)
                _systemTail = null;
            // It may be queued anew while it runs.
            head.Next = null;
        }

        Exit();
        return head;
    }

    /// <summary>Takes the next thing to do, or becomes idle.</summary>
    public MailboxWork Take(out Envelope envelope, out BoundedWaiter? admitted)
    {
        admitted = null;
        if (_batchNext < _batchCount)
        {
            if (HasSystemMessage)
            {
                envelope = default;
                return MailboxWork.System;
            }

            ref var slot = ref _batch![_batchNext++];
            envelope = slot;
            slot = default;
            return MailboxWork.User;
        }

        return Refill(out envelope, out admitted);
    }

    /// <summary>Becomes idle unless a message of the system waits; users' messages wait until the hold ends.</summary>
    public bool TryRestHeld()
    {
        Enter();
        var rest = _systemHead is null;
        if (rest)
            _condition &= ~Condition.Scheduled;
        Exit();
        return rest;
    }

    /// <summary>While held, messages of users do not schedule the actor.</summary>
    public void SetHeld(bool held)
    {
        Enter();
        _condition = held ? _condition | Condition.Held : _condition & ~Condition.Held;
        Exit();
    }

    /// <summary>Refuses all further messages and hands out those that wait.</summary>
    /// <param name="waiters">The senders that waited for room.</param>
    /// <param name="system">The first message of the system; the others follow it.</param>
    public List<Envelope> Close(out BoundedWaiter[] waiters, out SystemMessage? system)
    {
        var rest = new List<Envelope>();
        while (_batchNext < _batchCount)
            rest.Add(_batch![_batchNext++]);
        Enter();
        _condition |= Condition.Dead;
        if (_first.Message is not null)
            rest.Add(_first);
        _first = default;
        rest.AddRange(_inbox.AsSpan(0, _inboxCount));
        _inboxCount = 0;
        system = _systemHead;
        _systemHead = _systemTail = null;
        waiters = _bounded?.Drain(rest) ?? [];
        Return(ref _inbox, clear: true);
        Return(ref _batch, clear: true);
        Exit();
        return rest;
    }

    /// <summary>Runs a change under the mailbox's lock. The change must be short and must not call out.</summary>
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            EnterContended();
    }

    public void Exit() => Volatile.Write(ref _gate, 0);

    void EnterContended()
    {
        var spin = default(SpinWait);
        do
        {
            // Never sleeps for a millisecond: the lock is held for nanoseconds, unless its holder lost its core.
            spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Volatile.Read(ref _gate) != 0 || Interlocked.CompareExchange(ref _gate, 1, 0) != 0);
    }

    bool BecomeScheduled(Condition unless)
    {
        if ((_condition & unless) != Condition.None)
            return false;
        _condition |= Condition.Scheduled;
        return true;
    }

    void Append(in Envelope envelope)
    {
        if (_inboxCount == 0 && _first.Message is null)
        {
            _first = envelope;
            return;
        }

        var inbox = _inbox;
        if (inbox is null || _inboxCount == inbox.Length)
            inbox = Grow();
        inbox[_inboxCount++] = envelope;
    }

    Envelope[] Grow()
    {
        var larger = ArrayPool<Envelope>.Shared.Rent(_inbox is null ? InitialCapacity : checked(_inbox.Length * 2));
        _inbox.AsSpan(0, _inboxCount).CopyTo(larger);
        Return(ref _inbox, clear: true);
        return _inbox = larger;
    }

    MailboxWork Refill(out Envelope envelope, out BoundedWaiter? admitted)
    {
        admitted = null;
        Enter();
        if (_systemHead is not null)
        {
            Exit();
            envelope = default;
            return MailboxWork.System;
        }

        var work = MailboxWork.User;
        if (_bounded is not null)
        {
            if (!_bounded.TryTake(out envelope, out admitted))
                work = MailboxWork.None;
        }
        else if (_first.Message is not null)
        {
            envelope = _first;
            _first = default;
            if (_inboxCount > 0)
                SwapBatch();
        }
        else
        {
            envelope = default;
            work = MailboxWork.None;
        }

        if (work == MailboxWork.None)
        {
            _condition &= ~Condition.Scheduled;
            Return(ref _batch, clear: false);
            Return(ref _inbox, clear: false);
        }

        Exit();
        return work;
    }

    void SwapBatch()
    {
        (_inbox, _batch) = (_batch, _inbox);
        _batchNext = 0;
        _batchCount = _inboxCount;
        _inboxCount = 0;
    }

    static void Return(ref Envelope[]? array, bool clear)
    {
        if (array is null)
            return;
        ArrayPool<Envelope>.Shared.Return(array, clearArray: clear);
        array = null;
    }
}

namespace LogosActors.Actors.Embedded;

/// <summary>Timers, receive time-out, stash and behaviour: what an actor asks for about its own mailbox.</summary>
internal sealed partial class ActorCell
{
    /// <summary>The most that a timer of .NET can wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public void StartTimer(object key, object message, TimeSpan delay, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, LongestWait);
        ThrowIfTerminated();
        CancelTimer(key);
        var signal = new TimerSignal(key, message, periodic: interval != Timeout.InfiniteTimeSpan);
        (Extras.Timers ??= [])[key] = signal;
        // Made at rest and then set going: a timer that fires at once must find itself in the signal.
        signal.Timer = Clock.CreateTimer(
            static state =>
            {
                var (cell, due) = ((ActorCell, TimerSignal))state!;
                if (Interlocked.Exchange(ref due.Queued, 1) == 0)
                    cell.TellSignal(due);
            },
            (this, signal), Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        signal.Timer.Change(delay, interval);
    }

    public void CancelTimer(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_extras?.Timers?.Remove(key, out var signal) == true)
            signal.Timer?.Dispose();
    }

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } value)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), nameof(timeout));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestWait, nameof(timeout));
        }

        ThrowIfTerminated();
        var extras = Extras;
        extras.ReceiveTimer?.Dispose();
        extras.ReceiveTimer = null;
        extras.ReceiveTimeout = timeout;
        if (timeout is not { } wait)
            return;
        extras.LastReceived = Clock.GetTimestamp();
        extras.ReceiveTimer = Clock.CreateTimer(
            static cell => ((ActorCell)cell!).TellSignal(ReceiveTimeoutSignal.Instance), this, wait, Timeout.InfiniteTimeSpan);
    }

    public void BecomeAsync(Func<object, ValueTask> receive)
    {
        _asynchronous = true;
        Extras.Behaviour = async message =>
        {
            // The message that changed the behaviour may have come to a synchronous actor.
            SynchronizationContext.SetSynchronizationContext(Extras.SynchronizationContext ??= new ActorSynchronizationContext(this));
            await receive(message);
        };
    }

    public void Stash()
    {
        var stash = Extras.Stash ??= new Queue<Envelope>();
        if (stash.Count >= Props.StashCapacity)
            throw new StashOverflowException(this, Props.StashCapacity);
        if (_message is null)
            throw new InvalidOperationException("There is no current message to stash.");
        // With its trace: it is handled later, but it is the same message.
        var message = Extras.Traced is { } traced && ReferenceEquals(traced.Message, _message) ? traced : _message;
        stash.Enqueue(new Envelope(message, _sender));
        _message = null;
    }

    /// <summary>Work that outlives its actor must not give it timers or watches that nothing would ever end.</summary>
    void ThrowIfTerminated()
    {
        if (_phase == Phase.Terminated)
            throw new InvalidOperationException($"{this} has stopped; its context can be used no more.");
    }

    public void UnstashAll()
    {
        if (_extras?.Stash is not { Count: > 0 } stash)
            return;
        foreach (var later in _extras.Unstashed ?? Enumerable.Empty<Envelope>())
            stash.Enqueue(later);
        (_extras.Unstashed, _extras.Stash) = (stash, null);
    }
}

namespace LogosActors.Actors.Persistence;

/// <summary>What one call of <c>Persist</c> asked for: events that belong together, and what follows.</summary>
internal abstract class PendingWrite
{
    /// <summary>Whether messages must wait until the handlers have run.</summary>
    public abstract bool Waits { get; }

    /// <summary>How many events; 0 for a deferred handler.</summary>
    public abstract int Count { get; }

    /// <summary>Who sent the command; also the sender for the handlers.</summary>
    public required ActorRef Sender { get; init; }

    /// <summary>How many handlers have run, or failed.</summary>
    public int Handled { get; set; }

    /// <summary>Whether all handlers have run, or the rejection has been told.</summary>
    public bool IsDone => Rejection is null ? Handled >= Math.Max(1, Count) : Handled > 0;

    /// <summary>Why the events were not stored, if the actor may go on.</summary>
    public JournalRejectedException? Rejection { get; set; }

    public abstract object EventAt(int index);

    /// <summary>Runs the handler of one event; of a deferred handler, of none.</summary>
    public abstract void Handle(int index);
}

/// <inheritdoc/>
internal sealed class PendingWrite<TEvent> : PendingWrite
    where TEvent : notnull
{
    readonly TEvent[] _events;
    readonly Action<TEvent> _handler;

    public PendingWrite(TEvent[] events, Action<TEvent> handler, bool waits)
    {
        ArgumentNullException.ThrowIfNull(handler);
        foreach (var e in events)
            ArgumentNullException.ThrowIfNull(e, nameof(events));
        (_events, _handler, Waits) = (events, handler, waits);
    }

    public override bool Waits { get; }

    public override int Count => _events.Length;

    public override object EventAt(int index) => _events[index];

    public override void Handle(int index) => _handler(_events[index]);
}

/// <summary>A handler that waits for its turn among the writes.</summary>
internal sealed class DeferredHandler(Action handler) : PendingWrite
{
    public override bool Waits => false;

    public override int Count => 0;

    public override object EventAt(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public override void Handle(int index) => handler();
}

using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace LogosActors.Channels.Channel;

/// <summary>An event that the application has not handled.</summary>
/// <param name="Number">Higher than that of the event before.</param>
/// <param name="Record">As it is stored.</param>
/// <param name="ChunkIds">What is kept for it.</param>
internal sealed record PendingEvent(long Number, IMessage Record, IReadOnlyList<string> ChunkIds)
{
    /// <summary>The event for the application; null after a restart, until it is made again.</summary>
    public ChannelEvent? Event { get; init; }

    /// <summary>How many bytes it has, while they are known.</summary>
    public int Size => Event is ReliableMessageReceived received ? received.Payload.Length : 0;
}

/// <summary>The events that the application has not handled, in order: each has a number, and one number says up to which they are handled.</summary>
internal sealed class PendingEvents
{
    Queue<PendingEvent> _events = new();

    /// <summary>The number of the last event.</summary>
    public long Last { get; private set; }

    /// <summary>The number up to which all are handled.</summary>
    public long Handled { get; private set; }

    /// <summary>How many bytes they have.</summary>
    public long Bytes { get; private set; }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<PendingEvent> All => _events;

    /// <summary>Adds an event.</summary>
    public void Add(PendingEvent pending)
    {
        if (pending.Number <= Last)
            return;
        Last = pending.Number;
        _events.Enqueue(pending);
        Bytes += pending.Size;
    }

    /// <summary>All events up to a number are handled.</summary>
    /// <param name="number">The number.</param>
    /// <param name="handled">One that was not before; call again for the next.</param>
    public bool TryHandle(long number, [NotNullWhen(true)] out PendingEvent? handled)
    {
        Handled = Math.Max(Handled, number);
        if (!_events.TryPeek(out handled) || handled.Number > number)
            return false;
        _events.Dequeue();
        Bytes -= handled.Size;
        return true;
    }

    /// <summary>Makes the event for the application, where a restart has lost it.</summary>
    public void Complete(Func<PendingEvent, ChannelEvent> make)
    {
        _events = new Queue<PendingEvent>(_events.Select(pending => pending.Event is null ? pending with { Event = make(pending) } : pending));
        Bytes = _events.Sum(static pending => (long)pending.Size);
    }

    /// <summary>Goes on from a snapshot.</summary>
    public void Restore(IEnumerable<PendingEvent> pending, long last, long handled)
    {
        foreach (var one in pending)
            Add(one);
        (Last, Handled) = (last, handled);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LogosActors.Actors;

namespace LogosActors.Delivery.Events;

/// <summary>Events that reach the application whichever actor fails: they wait here and not in a mailbox. For any number of threads.</summary>
internal sealed class WaitingEvents
{
    readonly ConcurrentQueue<MessagingEvent> _events = new();
    int _isAnnounced;

    /// <summary>Lets an event wait, and lets the <see cref="EventsActor"/> know.</summary>
    public void Add(MessagingEvent told, ActorRef events)
    {
        _events.Enqueue(told);
        if (Interlocked.Exchange(ref _isAnnounced, 1) == 0)
            events.Tell(Due.Instance);
    }

    /// <summary>Takes the next event; who gets false is told again when there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out MessagingEvent? told)
    {
        if (_events.TryDequeue(out told))
            return true;
        Volatile.Write(ref _isAnnounced, 0);
        Interlocked.MemoryBarrier();
        return _events.TryDequeue(out told);
    }

    /// <summary>Told to the <see cref="EventsActor"/>: events wait.</summary>
    public sealed record Due
    {
        public static readonly Due Instance = new();
    }
}

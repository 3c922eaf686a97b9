using LogosActors.Actors;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Events;

/// <summary>Tells the application what happens, one event after the other.</summary>
/// <remarks>
/// Parent: <see cref="Hosting.NodeActor"/>. A handler of the application that throws costs its own call, and is logged. A failure costs the
/// event that was told to the actor; those that wait in <see cref="WaitingEvents"/> are told by its successor.
/// </remarks>
internal sealed class EventsActor(EventStreams<MessagingEvent> streams, WaitingEvents waiting, Action<MessagingEvent> raise) : Actor
{
    /// <summary>How many waiting events are told in one turn; then others have theirs.</summary>
    const int MaxPerTurn = 64;

    protected override void PreStart() => Self.Tell(WaitingEvents.Due.Instance);

    protected override void Receive(object message)
    {
        switch (message)
        {
            case WaitingEvents.Due:
                TellWaiting();
                break;
            case MessagingEvent told:
                Tell(told, streams, raise, Log);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void TellWaiting()
    {
        for (var left = MaxPerTurn; left > 0; left--)
        {
            if (!waiting.TryTake(out var told))
                return;
            Tell(told, streams, raise, Log);
        }
        Self.Tell(WaitingEvents.Due.Instance);
    }

    /// <summary>Tells readers and handlers of an event. One caller at a time.</summary>
    public static void Tell(MessagingEvent told, EventStreams<MessagingEvent> streams, Action<MessagingEvent> raise, ILogger log)
    {
        streams.Write(told);
        try
        {
            raise(told);
        }
#pragma warning disable CA1031 // the application's failure is not the node's
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "A handler of {Event} failed", told.GetType().Name);
        }
    }
}

using LogosActors.Actors;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Events;

/// <summary>Tells the application what happens, one event after the other.</summary>
/// <remarks>
/// Parent: the root, so that what waits here outlives a failure of the node's other actors: whoever tells an event considers it told. A
/// failure costs nothing, the event that failed is told first of all. A handler of the application that throws costs its own call, and is
/// logged.
/// </remarks>
internal sealed class EventsActor(EventStreams streams, Action<MessagingEvent> raise) : Actor
{
    protected override void PreRestart(Exception reason, object? message)
    {
        if (message is not null)
            Receive(message);
    }

    protected override void Receive(object message)
    {
        if (message is Flush)
        {
            Reply(message);
            return;
        }
        if (message is not MessagingEvent told)
        {
            Unhandled(message);
            return;
        }
        streams.Write(told);
        try
        {
            raise(told);
        }
#pragma warning disable CA1031 // the application's failure is not the node's
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LogError(e, "A handler of {Event} failed", told.GetType().Name);
        }
    }

    /// <summary>Answered by itself when all that was told before has been handled.</summary>
    public sealed record Flush
    {
        public static readonly Flush Instance = new();
    }
}

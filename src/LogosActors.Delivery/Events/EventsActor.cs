using LogosActors.Actors;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Events;

/// <summary>Tells the application what happens, one event after the other.</summary>
/// <remarks>Parent: <see cref="Hosting.NodeActor"/>. A handler of the application that throws costs its own call, and is logged.</remarks>
internal sealed class EventsActor(EventStreams streams, Action<MessagingEvent> raise) : Actor
{
    protected override void Receive(object message)
    {
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
}

using System.Diagnostics;

namespace LogosActors.Delivery.Events;

/// <summary>An event whose handling is a part of a trace.</summary>
public interface ITracedEvent
{
    /// <summary>The span that handlers' spans stand beneath; null: it is not traced.</summary>
    Activity? Trace { get; }
}

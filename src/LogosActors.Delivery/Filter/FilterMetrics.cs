using System.Diagnostics.Metrics;
using LogosActors.Delivery.Metrics;

namespace LogosActors.Delivery.Filter;

/// <summary>The outcome of a push.</summary>
internal enum PushOutcome
{
    /// <summary>It was written to the subscriber's stream.</summary>
    Sent,

    /// <summary>The subscriber's queue was full.</summary>
    Dropped,

    /// <summary>The subscriber is not connected, does not speak the protocol or did not read.</summary>
    Failed,
}

/// <summary>The instruments of the filter service, in the meter <c>LogosActors.Delivery</c>. Of all nodes of the process.</summary>
internal static class FilterMetrics
{
    static readonly Meter Meter = new(MessagingNode.MeterName);

    /// <summary>Requests of clients that were answered; the tag <c>status</c> is a <see cref="FilterStatus"/> in digits.</summary>
    public static readonly TotalCounter<FilterStatus> Requests =
        new(Meter, "logos.filter.requests", "{request}", "status", Enum.GetValues<FilterStatus>(), static status => (int)status);

    /// <summary>Pushes to subscribers; the tag <c>outcome</c> is a <see cref="PushOutcome"/> in lower case.</summary>
    public static readonly TotalCounter<PushOutcome> Pushes =
        new(Meter, "logos.filter.pushes", "{message}", "outcome", Enum.GetValues<PushOutcome>(), static outcome => outcome.ToString().ToLowerInvariant());
}

using System.Diagnostics.Metrics;
using LogosActors.Delivery.Metrics;

namespace LogosActors.Delivery.Store;

/// <summary>The instruments of the store that peers ask, in the meter <c>LogosActors.Delivery</c>. Of all nodes of the process.</summary>
public static class StoreMetrics
{
    static readonly Meter Meter = new(MessagingNode.MeterName);

    /// <summary>Questions of peers that were answered; the tag <c>status</c> is a <see cref="StoreStatus"/> in digits.</summary>
    public static readonly TotalCounter<StoreStatus> Queries =
        new(Meter, "logos.store.queries", "{query}", "status", Enum.GetValues<StoreStatus>(), static status => (int)status);

    /// <summary>How long the answers took, waiting included. What nobody listens to is not kept.</summary>
    public static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("logos.store.query.duration", "s");
}

using System.Diagnostics.Metrics;

namespace LogosActors.Delivery.Store;

/// <summary>The instruments of the store that peers ask, in the meter <c>LogosActors.Delivery</c>.</summary>
internal static class StoreMetrics
{
    static readonly Meter Meter = new(MessagingNode.MeterName);

    /// <summary>Questions of peers that were answered; the tag <c>status</c> is a <see cref="StoreStatus"/> in digits.</summary>
    public static readonly Counter<long> Queries = Meter.CreateCounter<long>("logos.store.queries", "{query}");

    /// <summary>How long the answers took, waiting included.</summary>
    public static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("logos.store.query.duration", "s");
}

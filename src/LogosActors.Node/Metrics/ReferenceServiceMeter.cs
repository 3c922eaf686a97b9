using System.Diagnostics.Metrics;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Node.Metrics;

/// <summary>Measurements of the services for light clients under the reference's names, from those of <c>LogosActors.Delivery</c>.</summary>
/// <remarks>Totals since the start, of the whole process like those.</remarks>
internal static class ReferenceServiceMeter
{
    const int Success = 200;

    /// <summary>Adds the instruments to a meter.</summary>
    public static void AddTo(Meter meter, MessagingNode node)
    {
        // The names are the reference's (protocol_metrics.nim of each protocol).
        meter.CreateObservableGauge("waku_filter_subscriptions", () => node.FilterSubscribers, unit: null, "Subscribers of the filter service.");
        meter.CreateObservableCounter("waku_filter_requests", static () => ServiceTotals.Filter.Sum(static total => total.Total), unit: null, "Requests of light clients.");
        Errors(meter, "waku_filter_errors", static () => ServiceTotals.Filter);
        Messages(meter, "waku_lightpush_v3_messages", static () => ServiceTotals.Lightpush);
        Errors(meter, "waku_lightpush_v3_errors", static () => ServiceTotals.Lightpush);
        Messages(meter, "waku_lightpush_messages", static () => ServiceTotals.LegacyLightpush);
        Errors(meter, "waku_lightpush_errors", static () => ServiceTotals.LegacyLightpush);
        Errors(meter, "waku_px_errors", static () => ServiceTotals.PeerExchange);
    }

    static void Messages(Meter meter, string name, Func<IEnumerable<(int Status, long Total)>> requests) => meter.CreateObservableCounter(
        name, () => new Measurement<long>(requests().Sum(static total => total.Total), new KeyValuePair<string, object?>("type", "PushRequest")),
        unit: null, "Pushes of light clients.");

    static void Errors(Meter meter, string name, Func<IEnumerable<(int Status, long Total)>> requests) => meter.CreateObservableCounter(
        name, () => requests().Where(static total => total.Status != Success)
            .Select(static total => new Measurement<long>(total.Total, new KeyValuePair<string, object?>("type", $"status_{total.Status}"))),
        unit: null, "Requests of light clients that were refused.");
}

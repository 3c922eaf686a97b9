using System.Diagnostics.Metrics;
using LogosActors.Delivery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.PeerExchange;

namespace LogosActors.Node.Metrics;

/// <summary>Measurements of the services for light clients under the reference's names, from those of <c>LogosActors.Delivery</c>.</summary>
/// <remarks>Totals since the start, of the whole process like those.</remarks>
internal static class ReferenceServiceMeter
{
    /// <summary>Adds the instruments to a meter.</summary>
    public static void AddTo(Meter meter, MessagingNode node)
    {
        // The names are the reference's (protocol_metrics.nim of each protocol).
        meter.CreateObservableGauge("waku_filter_subscriptions", () => node.FilterFeed?.Subscribers ?? 0, unit: null, "Subscribers of the filter service.");
        meter.CreateObservableCounter("waku_filter_requests", static () => FilterMetrics.Requests.Total, unit: null, "Requests of light clients.");
        Errors(meter, "waku_filter_errors", FilterMetrics.Requests, FilterStatus.Success, static status => (int)status);
        Messages(meter, "waku_lightpush_v3_messages", LightpushMetrics.Requests);
        Errors(meter, "waku_lightpush_v3_errors", LightpushMetrics.Requests, LightpushStatus.Success, static status => (int)status);
        Messages(meter, "waku_lightpush_messages", LightpushMetrics.LegacyRequests);
        Errors(meter, "waku_lightpush_errors", LightpushMetrics.LegacyRequests, LightpushStatus.Success, static status => (int)status);
        Errors(meter, "waku_px_errors", PeerExchangeService.Queries, PeerExchangeStatus.Success, static status => (int)status);
    }

    static void Messages(Meter meter, string name, TotalCounter<LightpushStatus> requests) => meter.CreateObservableCounter(
        name, () => new Measurement<long>(requests.Total, new KeyValuePair<string, object?>("type", "PushRequest")), unit: null, "Pushes of light clients.");

    static void Errors<T>(Meter meter, string name, TotalCounter<T> requests, T success, Func<T, int> code)
        where T : struct, Enum => meter.CreateObservableCounter(
            name, () => requests.Totals.Where(total => !total.Value.Equals(success))
                .Select(total => new Measurement<long>(total.Total, new KeyValuePair<string, object?>("type", $"status_{code(total.Value)}"))),
            unit: null, "Requests of light clients that were refused.");
}

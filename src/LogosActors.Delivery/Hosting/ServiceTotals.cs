using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.PeerExchange;

namespace LogosActors.Delivery.Hosting;

/// <summary>How many requests of light clients the nodes of this process have answered, by the status on the wire, where that is not 0.</summary>
public static class ServiceTotals
{
    /// <summary>Of the filter service (12/WAKU2-FILTER).</summary>
    public static IEnumerable<(int Status, long Total)> Filter => Of(FilterMetrics.Requests, static status => (int)status);

    /// <summary>Of lightpush, version 3 (19/WAKU2-LIGHTPUSH).</summary>
    public static IEnumerable<(int Status, long Total)> Lightpush => Of(LightpushMetrics.Requests, static status => (int)status);

    /// <summary>Of lightpush, version 2, by the status that version 3 has for the same.</summary>
    public static IEnumerable<(int Status, long Total)> LegacyLightpush => Of(LightpushMetrics.LegacyRequests, static status => (int)status);

    /// <summary>Of peer exchange (34/WAKU2-PEER-EXCHANGE).</summary>
    public static IEnumerable<(int Status, long Total)> PeerExchange => Of(PeerExchangeService.Queries, static status => (int)status);

    static IEnumerable<(int Status, long Total)> Of<T>(TotalCounter<T> requests, Func<T, int> code)
        where T : notnull => requests.Totals.Select(total => (code(total.Value), total.Total));
}

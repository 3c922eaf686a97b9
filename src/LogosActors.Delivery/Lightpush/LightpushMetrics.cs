using System.Diagnostics.Metrics;
using LogosActors.Delivery.Metrics;

namespace LogosActors.Delivery.Lightpush;

/// <summary>The instruments of the lightpush service, in the meter <c>LogosActors.Delivery</c>. Of all nodes of the process.</summary>
internal static class LightpushMetrics
{
    static readonly Meter Meter = new(MessagingNode.MeterName);

    /// <summary>Pushes of version 3 that were answered; the tag <c>status</c> is a <see cref="LightpushStatus"/> in digits.</summary>
    public static readonly TotalCounter<LightpushStatus> Requests = Counter("logos.lightpush.requests");

    /// <summary>Pushes of version 2 that were answered, by the status that version 3 has for it.</summary>
    public static readonly TotalCounter<LightpushStatus> LegacyRequests = Counter("logos.lightpush.legacy.requests");

    static TotalCounter<LightpushStatus> Counter(string name) =>
        new(Meter, name, "{request}", "status", Enum.GetValues<LightpushStatus>(), static status => (int)status);
}

namespace LogosActors.LoadTests.Delivery;

/// <summary>The messaging API: from a call of one process to a handler in another, and what a node costs at rest.</summary>
internal static class DeliveryArea
{
    public static IEnumerable<Row> Rows()
    {
        var (relayed, archived) = (new DeliveryRows(archives: false), new DeliveryRows(archives: true));
        return
        [
            relayed.Rate(80_000),
            relayed.ProcessorTime(),
            relayed.Latency(5),
            relayed.BesideJs(),
            new ObservedRow(Observation.Scraped, 0.97),
            new ObservedRow(Observation.Traced, 0.97),
            archived.Rate(50_000),
            archived.ProcessorTime(),
            archived.Latency(20),
            new StartRow(),
            .. RestRows.All(),
        ];
    }
}

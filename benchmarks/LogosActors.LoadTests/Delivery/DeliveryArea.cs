namespace LogosActors.LoadTests.Delivery;

/// <summary>The messaging API: from a call of one process to a handler in another, and what a node costs at rest.</summary>
internal static class DeliveryArea
{
    public static IEnumerable<Row> Rows()
    {
        var relayed = new DeliveryThroughputRow(archives: false, leastRate: 80_000);
        var archived = new DeliveryThroughputRow(archives: true, leastRate: 50_000);
        return
        [
            relayed,
            new DeliveryProcessorTimeRow(relayed),
            new DeliveryLatencyRow(relayed),
            new DeliveryBesideJsRow(relayed),
            archived,
            new DeliveryProcessorTimeRow(archived),
            new DeliveryLatencyRow(archived),
            new StartRow(),
            .. RestRows.All(),
        ];
    }
}

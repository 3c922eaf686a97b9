namespace LogosActors.LoadTests;

/// <summary>The areas by name. A new one is a line here and a folder with its rows.</summary>
internal static class Areas
{
    public static readonly IReadOnlyDictionary<string, Func<IEnumerable<Row>>> All =
        new SortedDictionary<string, Func<IEnumerable<Row>>>(StringComparer.Ordinal)
        {
            ["actors"] = Actors.ActorsArea.Rows,
            ["archive"] = Archive.ArchiveArea.Rows,
            ["channels"] = Channels.ChannelsArea.Rows,
            ["delivery"] = Delivery.DeliveryArea.Rows,
            ["edge"] = Edge.EdgeArea.Rows,
            ["gossipsub"] = Gossipsub.GossipsubArea.Rows,
            ["libp2p"] = Libp2p.Libp2pArea.Rows,
        };
}

using System.Globalization;

namespace LogosActors.Node.Rest.Admin;

/// <summary>Counts peers, by kinds.</summary>
internal static class PeerStatistics
{
    /// <summary>For each kind of count the counts, by name.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Of(
        IReadOnlyList<AdminPeer> peers, IReadOnlyList<PeersOfShard> relay, IReadOnlyList<PeersOfShard> mesh, IReadOnlyList<string> protocols) =>
        new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal)
        {
            ["Sum"] = new Dictionary<string, int>(StringComparer.Ordinal) { ["Total peers"] = peers.Count },
            ["By Connectedness"] = Enum.GetValues<Connectedness>().Reverse()
                .ToDictionary(kind => kind.ToString(), kind => peers.Count(peer => peer.Connected == kind), StringComparer.Ordinal),
            ["Relay peers"] = ByShard(relay, "Total relay peers"),
            ["Mesh peers"] = ByShard(mesh, "Total mesh peers"),
            ["By Protocols"] = protocols.ToDictionary(
                protocol => protocol, protocol => peers.Count(peer => peer.Protocols.Contains(protocol, StringComparer.Ordinal)), StringComparer.Ordinal),
        };

    static Dictionary<string, int> ByShard(IReadOnlyList<PeersOfShard> shards, string total)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var shard in shards)
            counts[shard.Shard.ToString(CultureInfo.InvariantCulture)] = shard.Peers.Count;
        counts[total] = shards.Sum(shard => shard.Peers.Count);
        return counts;
    }
}

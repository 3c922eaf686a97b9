using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Rest.Admin;

/// <summary>Lists the peers of a node.</summary>
internal sealed class PeerList(MessagingNode node)
{
    readonly HashSet<PeerId> _static = [.. node.Options.EntryNodes.Select(address => address.PeerId).OfType<PeerId>()];

    readonly PeerReasons _reasons = new(node.Options);

    /// <summary>Every peer that is known, connected or not.</summary>
    public async Task<IReadOnlyList<AdminPeer>> AllAsync()
    {
        if (node.Host is not { } host)
            return [];
        var shards = new Dictionary<PeerId, List<ushort>>();
        foreach (var shard in await node.JoinedShardsAsync())
        {
            foreach (var peer in (await node.RelayStatusAsync(shard)).SubscribedPeers)
            {
                if (!shards.TryGetValue(peer, out var list))
                    shards.Add(peer, list = []);
                list.Add(shard.Shard);
            }
        }
        var connected = host.ConnectedPeers.ToHashSet();
        return
        [
            .. host.KnownPeers.Select(peer => peer.Peer).Union(connected).Where(peer => peer != host.PeerId)
                .Select(peer => Describe(host, peer, connected.Contains(peer), shards.GetValueOrDefault(peer) ?? [])),
        ];
    }

    /// <summary>For every joined shard the connected peers that are subscribed to it.</summary>
    public Task<IReadOnlyList<PeersOfShard>> OfShardsAsync() => ByShardAsync(status => status.SubscribedPeers);

    /// <summary>For every joined shard the peers of its mesh.</summary>
    public Task<IReadOnlyList<PeersOfShard>> OfMeshesAsync() => ByShardAsync(status => status.Mesh);

    async Task<IReadOnlyList<PeersOfShard>> ByShardAsync(Func<Libp2p.Gossipsub.TopicStatus, IReadOnlyList<PeerId>> choose)
    {
        var all = await AllAsync();
        var shards = new List<PeersOfShard>();
        foreach (var shard in await node.JoinedShardsAsync())
        {
            var status = await node.RelayStatusAsync(shard);
            var scores = status.SubscribedPeers.Zip(status.Scores).ToDictionary();
            shards.Add(new PeersOfShard(
                shard.Shard,
                [
                    .. from id in choose(status)
                       join peer in all on id equals peer.Id
                       select peer with { Score = scores.GetValueOrDefault(id) },
                ]));
        }
        return shards;
    }

    AdminPeer Describe(Libp2pHost host, PeerId peer, bool isConnected, IReadOnlyList<ushort> shards)
    {
        var (known, identity) = (host.Find(peer), host.IdentityOf(peer));
        var protocols = identity?.Protocols ?? known?.Protocols ?? [];
        return new AdminPeer
        {
            Id = peer,
            Multiaddr = known?.Addresses is [var first, ..] ? first.Encapsulate(peer).ToString() : $"/p2p/{peer}",
            Protocols = protocols,
            Shards = shards,
            Connected = isConnected ? Connectedness.Connected
                : known?.LastSeen is not null ? Connectedness.CanConnect
                : Connectedness.NotConnected,
            Agent = identity?.AgentVersion ?? known?.AgentVersion ?? "",
            Origin = _static.Contains(peer) ? PeerOrigin.Static : PeerOrigin.UnknownOrigin,
            Reasons = _reasons.Of(peer, known, protocols, isConnected, host.IsInbound(peer)),
        };
    }
}

using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery;

/// <summary>Decides which discovered nodes are worth dialing. Pure.</summary>
/// <remarks>
/// The rule of the Nim reference (waku_discv5.nim, shardingPredicate), and what a dial needs beyond it: a node of this network that serves
/// anything, shares a shard, and has an address for the transports that are here. Nodes that the operator has named need say neither what they
/// serve nor which shards they have.
/// </remarks>
/// <param name="cluster">This node's network.</param>
/// <param name="self">This node's id; null: it has no record.</param>
/// <param name="allowPrivate">Whether addresses of private networks are dialed.</param>
internal sealed class CandidateFilter(ushort cluster, NodeId? self, bool allowPrivate)
{
    /// <summary>Where to dial a node.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="isNamed">Whether the operator has named it.</param>
    /// <param name="shards">This node's shards; none: those of others do not matter.</param>
    /// <returns>None: it is not worth it.</returns>
    public IReadOnlyList<Multiaddr> AddressesOf(NodeRecord record, bool isNamed, IReadOnlyCollection<ushort> shards)
    {
        if (record.Id == self)
            return [];
        var theirs = record.ShardsOf();
        if (isNamed ? theirs is not null && theirs.Cluster != cluster : !IsOfUse(record, theirs, shards))
            return [];
        return [.. record.AddressesOf().Where(address => IsDialable(address) && (allowPrivate || PublicAddress.MayBe(address)))];
    }

    bool IsOfUse(NodeRecord record, RecordShards? theirs, IReadOnlyCollection<ushort> shards) =>
        theirs is not null && theirs.Cluster == cluster
        && record.CapabilitiesOf() is not Capabilities.None
        && (shards.Count == 0 || theirs.Shards.Any(shards.Contains));

    // A host and a TCP port first, then nothing or WebSocket, with or without TLS.
    static bool IsDialable(Multiaddr address)
    {
        if (address.Host is null || address.Port is null or 0 || !address.Has(MultiaddrProtocol.Tcp))
            return false;
        foreach (var part in address)
        {
            if (part.Protocol is not (MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 or MultiaddrProtocol.Dns or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6
                or MultiaddrProtocol.Tcp or MultiaddrProtocol.Tls or MultiaddrProtocol.Sni or MultiaddrProtocol.Ws or MultiaddrProtocol.Wss))
                return false;
        }
        return true;
    }
}

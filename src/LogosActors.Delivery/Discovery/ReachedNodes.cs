using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Discovery;

/// <summary>Remembers which discovered nodes were reached lately: only they are named to those who ask for peers (34/WAKU2-PEER-EXCHANGE).</summary>
/// <remarks>Pure. A node is reached when it answers discv5 at the address that its record names, or when this one has dialed it.</remarks>
internal sealed class ReachedNodes
{
    /// <summary>Of how many nodes the record is kept; the one that was found or reached longest ago makes room.</summary>
    /// <value>1000: some 500 bytes each.</value>
    public const int MaxNodes = 1000;

    /// <summary>For how long a node counts as reached.</summary>
    /// <value>15 min: of a table of 100 nodes discv5 checks each about every 8 min.</value>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly RecentTable<PeerId, Entry> _nodes = new(MaxNodes);

    /// <summary>A verified record was found.</summary>
    public void Found(NodeRecord record)
    {
        var known = _nodes.TryGet(record.Peer, out var entry);
        if (!known || entry!.Record.Sequence < record.Sequence)
            _nodes.Set(record.Peer, new Entry(record, known ? entry!.ReachedAt : null));
    }

    /// <summary>The node of a record has answered.</summary>
    public void Reached(NodeRecord record, TimeSpan now)
    {
        Found(record);
        Reached(record.Peer, now);
    }

    /// <summary>A peer was dialed, and is connected.</summary>
    public void Reached(PeerId peer, TimeSpan now)
    {
        if (_nodes.TryGet(peer, out var entry))
            _nodes.Set(peer, entry with { ReachedAt = now });
    }

    /// <summary>The records of the nodes that were reached within <see cref="Lifetime"/>.</summary>
    public IEnumerable<NodeRecord> At(TimeSpan now) =>
        _nodes.Values.Where(entry => entry.ReachedAt is { } at && now - at <= Lifetime).Select(entry => entry.Record);

    sealed record Entry(NodeRecord Record, TimeSpan? ReachedAt);
}

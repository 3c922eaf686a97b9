using System.Text.Json.Serialization;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Rest.Admin;

/// <summary>A peer that the node knows.</summary>
internal sealed record AdminPeer
{
    /// <summary>Who it is; in JSON it is the end of <see cref="Multiaddr"/>.</summary>
    [JsonIgnore]
    public PeerId? Id { get; init; }

    /// <summary>Where it can be reached, with its id.</summary>
    public required string Multiaddr { get; init; }

    /// <summary>The protocols that it serves.</summary>
    public required IReadOnlyList<string> Protocols { get; init; }

    /// <summary>The shards, of those that this node is on, that it is subscribed to.</summary>
    public required IReadOnlyList<ushort> Shards { get; init; }

    /// <summary>How it is connected.</summary>
    public required Connectedness Connected { get; init; }

    /// <summary>The implementation that it says it is.</summary>
    public required string Agent { get; init; }

    /// <summary>How the node came to know it.</summary>
    public required PeerOrigin Origin { get; init; }

    /// <summary>Why the node is connected to it, or tries to be; ours.</summary>
    public IReadOnlyList<PeerReason> Reasons { get; init; } = [];

    /// <summary>What the relay thinks of it (gossipsub v1.1 §Peer Scoring), in lists of a shard's peers; null elsewhere.</summary>
    public double? Score { get; init; }
}

/// <summary>The peers of a shard.</summary>
internal sealed record PeersOfShard(ushort Shard, IReadOnlyList<AdminPeer> Peers);

/// <summary>How a peer is connected.</summary>
internal enum Connectedness
{
    /// <summary>It is not, and never was.</summary>
    NotConnected,

    /// <summary>It could not be connected to.</summary>
    CannotConnect,

    /// <summary>It was connected once.</summary>
    CanConnect,

    /// <summary>It is connected.</summary>
    Connected,
}

/// <summary>Why a peer is kept.</summary>
internal enum PeerReason
{
    /// <summary>It lets this node into the network: an entry node, or one that the operator wants to stay connected to.</summary>
    Entry,

    /// <summary>The operator has named it as a store.</summary>
    Store,

    /// <summary>It relays messages with this node.</summary>
    Relay,

    /// <summary>It serves this node in edge mode, or the operator has named it for that.</summary>
    Service,

    /// <summary>It has connected by itself.</summary>
    Inbound,
}

/// <summary>How the node came to know a peer.</summary>
internal enum PeerOrigin
{
    /// <summary>The peer connected, or another peer named it.</summary>
    UnknownOrigin,

    /// <summary>The operator has named it.</summary>
    Static,
}

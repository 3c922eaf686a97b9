using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>What a host remembers of a peer, connected or not. Its key is in its id, or was proven when it was connected.</summary>
/// <param name="Peer">The peer.</param>
public sealed record KnownPeer(PeerId Peer)
{
    /// <summary>Where it may be reached, the newest first; at most 32.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; init; } = [];

    /// <summary>The protocols that it has said it serves; at most 1000.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>The implementation that it has said it is.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>When it was last connected, to the millisecond; null when it never was.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>What the application thinks of it; 0 when it has no opinion. Below 0, it is the first to be pruned and forgotten.</summary>
    public double Score { get; init; }

    /// <summary>The signed envelope of the newest record of its addresses; empty when it has shown none.</summary>
    public ReadOnlyMemory<byte> SignedRecord { get; init; }

    /// <summary>Orders the signed records.</summary>
    internal ulong RecordSequence { get; init; }
}

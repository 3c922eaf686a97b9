using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>Whom a host deals with. Each rule is asked before anything is spent on a connection; it answers at once, on any thread.</summary>
public sealed record ConnectionGate
{
    /// <summary>Whether to dial an address; the peer is null when nobody says who is there.</summary>
    /// <value>Default all.</value>
    public Func<PeerId?, Multiaddr, bool> AllowDial { get; init; } = static (_, _) => true;

    /// <summary>Whether to answer at all to somebody who comes from an address; it is null when the transport has none.</summary>
    /// <value>Default all.</value>
    public Func<Multiaddr?, bool> AllowAccept { get; init; } = static _ => true;

    /// <summary>Whether to deal with a peer, once it has proven who it is; whoever dialed.</summary>
    /// <value>Default all.</value>
    public Func<PeerId, bool> AllowPeer { get; init; } = static _ => true;
}

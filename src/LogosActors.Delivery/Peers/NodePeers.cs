using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>What may be said to the <see cref="PeersActor"/>.</summary>
internal static class NodePeers
{
    /// <summary>A peer was asked for a service that it offers.</summary>
    /// <param name="Peer">The peer.</param>
    /// <param name="IsServed">Whether it has answered, and well.</param>
    public sealed record Asked(PeerId Peer, bool IsServed);

    /// <summary>A peer was discovered that may be of use: it is remembered, and dialed when there are too few.</summary>
    /// <param name="Peer">The peer.</param>
    /// <param name="Addresses">Where it can be dialed.</param>
    public sealed record Discovered(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
}

using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>What may be said to the <see cref="PeersActor"/>.</summary>
internal static class NodePeers
{
    /// <summary>A peer was asked for a service that it offers.</summary>
    /// <param name="Peer">The peer.</param>
    /// <param name="IsServed">Whether it has answered, and well.</param>
    public sealed record Asked(PeerId Peer, bool IsServed);

    /// <summary>The network is another one, or was away: peers that could not be reached are dialed again at once.</summary>
    public sealed record NetworkChanged
    {
        public static readonly NetworkChanged Instance = new();
    }
}

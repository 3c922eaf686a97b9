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

    /// <summary>Close all connections, and open none until <see cref="Resume"/>; answered by <see cref="Paused"/>.</summary>
    public sealed record Pause
    {
        public static readonly Pause Instance = new();
    }

    /// <summary>There are no connections any more.</summary>
    public sealed record Paused
    {
        public static readonly Paused Instance = new();
    }

    /// <summary>Connect again; answered by <see cref="Resumed"/>.</summary>
    public sealed record Resume
    {
        public static readonly Resume Instance = new();
    }

    /// <summary>Peers are being dialed.</summary>
    public sealed record Resumed
    {
        public static readonly Resumed Instance = new();
    }

    /// <summary>The network is another one, or was away: peers that could not be reached are dialed again at once.</summary>
    public sealed record NetworkChanged
    {
        public static readonly NetworkChanged Instance = new();
    }
}

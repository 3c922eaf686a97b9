using LogosActors.Libp2p.Identity;

namespace LogosActors.TestKit.Network;

/// <summary>How a node fails those whom it serves.</summary>
internal sealed record ServiceFault
{
    /// <summary>What answers the requests of a peer by a protocol in place of the node; null: the node does. A task that never ends is a node that is
    /// silent.</summary>
    public Func<PeerId, string, Func<byte[], Task<byte[]?>>?> Answering { get; init; } = static (_, _) => null;

    /// <summary>Whether messages on streams that are not answered are lost.</summary>
    public bool DropsMessages { get; init; }
}

using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The protocols of store sync (WAKU-STORE-SYNC), as the Nim reference speaks them.</summary>
internal static class StoreSyncProtocols
{
    /// <summary>The protocol id of transfers.</summary>
    public const string TransferId = "/vac/waku/transfer/1.0.0";

    /// <summary>A conversation for each reconciliation; a peer has one, and one that it gave up.</summary>
    public static MessageProtocol Reconciliation { get; } = new("/vac/waku/reconciliation/1.0.0", StoreSyncLimits.PayloadLength) { MaxInboundPerPeer = 2 };

    /// <summary>Messages one way. Nim keeps its stream open between transfers.</summary>
    /// <param name="maxMessageSize">The largest message that the network has, in bytes.</param>
    public static MessageProtocol Transfer(int maxMessageSize) => new(TransferId, maxMessageSize + StoreSyncLimits.TransferOverhead) { MaxInboundPerPeer = 2 };
}

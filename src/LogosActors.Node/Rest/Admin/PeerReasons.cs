using LogosActors.Delivery;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Rest.Admin;

/// <summary>Finds why a node keeps a peer.</summary>
internal sealed class PeerReasons(NodeOptions options)
{
    static readonly string[] RelayProtocols = ["/vac/waku/relay/2.0.0"];

    static readonly string[] ServiceProtocols =
    [
        "/vac/waku/filter-subscribe/2.0.0-beta1", "/vac/waku/lightpush/3.0.0", "/vac/waku/store-query/3.0.0", "/vac/waku/peer-exchange/2.0.0-alpha1",
    ];

    readonly HashSet<PeerId> _entries = PeersOf(options.EntryNodes);
    readonly HashSet<Multiaddr> _entryAddresses = [.. options.EntryNodes.Where(static address => address.PeerId is null)];
    readonly HashSet<PeerId> _stores = PeersOf(options.StoreNodes);
    readonly HashSet<PeerId> _services = PeersOf([.. options.FilterNodes, .. options.LightpushNodes, .. options.PeerExchangeNodes]);

    /// <summary>The reasons, the operator's first; none: it is not kept.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="known">What is remembered of it; null: nothing.</param>
    /// <param name="protocols">What it serves.</param>
    /// <param name="isConnected">Whether it is connected.</param>
    /// <param name="isInbound">Whether it has connected by itself.</param>
    public IReadOnlyList<PeerReason> Of(PeerId peer, KnownPeer? known, IReadOnlyList<string> protocols, bool isConnected, bool isInbound)
    {
        var reasons = new List<PeerReason>();
        Add(PeerReason.Entry, _entries.Contains(peer) || (_entryAddresses.Count > 0 && known?.Addresses.Any(_entryAddresses.Contains) == true));
        Add(PeerReason.Store, _stores.Contains(peer));
        Add(PeerReason.Relay, isConnected && options.Mode is NodeMode.Core && Serves(RelayProtocols));
        Add(PeerReason.Service, _services.Contains(peer) || (isConnected && options.Mode is NodeMode.Edge && Serves(ServiceProtocols)));
        Add(PeerReason.Inbound, isInbound);
        return reasons;

        void Add(PeerReason reason, bool holds)
        {
            if (holds)
                reasons.Add(reason);
        }

        bool Serves(string[] wanted) => wanted.Any(protocol => protocols.Contains(protocol, StringComparer.Ordinal));
    }

    static HashSet<PeerId> PeersOf(IEnumerable<Multiaddr> addresses) => [.. addresses.Select(static address => address.PeerId).OfType<PeerId>()];
}

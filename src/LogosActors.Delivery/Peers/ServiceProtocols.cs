using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p;

namespace LogosActors.Delivery.Peers;

/// <summary>The protocols by which a node in edge mode takes part: a peer that speaks one of them is a service node.</summary>
internal static class ServiceProtocols
{
    /// <summary>Their ids.</summary>
    public static readonly string[] Ids = [LightpushProtocol.Id, FilterProtocol.SubscribeId, StoreProtocol.Id];

    /// <summary>Whether a peer is a service node.</summary>
    public static bool AreOf(PeerIdentity identity) => Ids.Any(id => identity.Protocols.Contains(id, StringComparer.Ordinal));
}

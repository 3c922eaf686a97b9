using System.Net.NetworkInformation;
using Akka.Actor;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Peers;

namespace LogosActors.Delivery.Hosting;

/// <summary>Tells the actors of a node in edge mode when the machine has another network: it has gone from Wi-Fi to mobile data, or is back.</summary>
internal sealed class NetworkWatch : IDisposable
{
    readonly IActorRef _filter;
    readonly IActorRef _peers;

    public NetworkWatch(IActorRef filter, IActorRef peers)
    {
        (_filter, _peers) = (filter, peers);
        NetworkChange.NetworkAddressChanged += Changed;
    }

    public void Dispose() => NetworkChange.NetworkAddressChanged -= Changed;

    void Changed(object? sender, EventArgs args)
    {
        _peers.Tell(NodePeers.NetworkChanged.Instance, ActorRefs.NoSender);
        _filter.Tell(FilterTopics.NetworkChanged.Instance, ActorRefs.NoSender);
    }
}

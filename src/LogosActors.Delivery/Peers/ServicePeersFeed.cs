using Akka.Actor;
using LogosActors.Delivery.Metadata;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>Keeps an actor's <see cref="ServicePeers"/> true to the host's connections: the host's events come to the actor as messages, and
/// the actor hands them in.</summary>
internal sealed class ServicePeersFeed : IDisposable
{
    readonly INodeHost _host;
    readonly string _protocol;
    readonly ServicePeers _peers;
    readonly Action<HostEvent> _observer;

    /// <param name="host">The host.</param>
    /// <param name="protocol">The protocol that service nodes have in their identity.</param>
    /// <param name="peers">The actor's.</param>
    /// <param name="actor">The actor.</param>
    public ServicePeersFeed(INodeHost host, string protocol, ServicePeers peers, IActorRef actor)
    {
        (_host, _protocol, _peers) = (host, protocol, peers);
        _observer = occurred => actor.Tell(occurred, ActorRefs.NoSender);
        host.Subscribe(_observer);
    }

    /// <summary>Takes a message of the host, or of the metadata actor; false: it is neither.</summary>
    public bool TryHandle(object message)
    {
        switch (message)
        {
            case PeerConnected connected:
                if (_host.IdentityOf(connected.Peer) is { } identity)
                    Identified(connected.Peer, identity);
                return true;
            case PeerIdentified identified:
                Identified(identified.Peer, identified.Identity);
                return true;
            case PeerDisconnected disconnected:
                _peers.Remove(disconnected.Peer);
                return true;
            case PeerShards shards:
                _peers.SetShards(shards.Peer, shards.Shards);
                return true;
            case HostEvent:
                return true;
            default:
                return false;
        }
    }

    public void Dispose() => _host.Unsubscribe(_observer);

    void Identified(PeerId peer, PeerIdentity identity)
    {
        if (identity.Protocols.Contains(_protocol, StringComparer.Ordinal))
            _peers.Add(peer, AddressGroup.Of(_host.Find(peer)?.Addresses is [var address, ..] ? address : null));
        else
            _peers.Remove(peer);
    }
}

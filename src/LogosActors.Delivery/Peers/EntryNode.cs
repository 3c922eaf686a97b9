using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>An entry node of which only the address is known: the peer that answers there is it.</summary>
internal sealed class EntryNode(Multiaddr address)
{
    int _failures;

    public Multiaddr Address => address;

    /// <summary>Who has answered last; null: nobody yet.</summary>
    public PeerId? Peer { get; private set; }

    /// <summary>Somebody has answered at the address.</summary>
    public void Answered(PeerId peer) => Peer = peer;

    /// <summary>A connection to it has lived.</summary>
    public void Lived() => _failures = 0;

    /// <summary>How long to wait for the next dial, after one more failure or a lost connection.</summary>
    /// <param name="random">0 – 1.</param>
    public TimeSpan Failed(double random) => DialBackoff.After(_failures++, random);
}

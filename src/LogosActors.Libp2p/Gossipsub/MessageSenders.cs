using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The peers that have sent a message.</summary>
/// <param name="first">Who sent it to us first; null: it is our own.</param>
[StructLayout(LayoutKind.Auto)]
internal struct MessageSenders(GossipsubPeer? first)
{
    List<GossipsubPeer>? _others;

    public readonly GossipsubPeer? First => first;

    /// <summary>Those that sent it while it was validated or shortly after, for their scores.</summary>
    public readonly ReadOnlySpan<GossipsubPeer> Others => CollectionsMarshal.AsSpan(_others);

    public readonly bool Contains(GossipsubPeer peer) => first == peer || _others?.Contains(peer) == true;

    /// <summary>Notes that the peer has sent the message too.</summary>
    /// <returns>False when it is known to have the message, or the message is our own.</returns>
    public bool Note(GossipsubPeer peer)
    {
        if (first is null || Contains(peer))
            return false;
        (_others ??= []).Add(peer);
        return true;
    }
}

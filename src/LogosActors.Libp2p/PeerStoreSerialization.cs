using LogosActors.Actors.Persistence;
using LogosActors.Libp2p.Peers;

namespace LogosActors.Libp2p;

/// <summary>How a host's peers are stored.</summary>
public static class PeerStoreSerialization
{
    /// <summary>Registers what a host stores when <see cref="Libp2pHostOptions.PersistPeers"/> is set.</summary>
    public static EventSerialization.Builder AddLibp2pPeers(this EventSerialization.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PeerJournal.Register(builder);
        return builder;
    }
}

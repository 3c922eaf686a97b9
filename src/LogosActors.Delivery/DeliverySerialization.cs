using LogosActors.Actors.Persistence;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p;

namespace LogosActors.Delivery;

/// <summary>How what a node keeps is stored.</summary>
public static class DeliverySerialization
{
    /// <summary>Registers what the actors of a node store; needed when a node lives in an actor system that the application has made.</summary>
    public static EventSerialization.Builder AddDelivery(this EventSerialization.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Receiving.ReceivingJournalCodec.Register(builder);
        SendJournal.Register(builder);
        return builder.AddLibp2pPeers();
    }
}

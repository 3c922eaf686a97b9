using LogosActors.Delivery.Events;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Hosting;

/// <summary>What the actors of one node share. Immutable.</summary>
/// <param name="Options">The node's settings.</param>
/// <param name="Host">Its libp2p host.</param>
/// <param name="Gossipsub">The relay below.</param>
/// <param name="Streams">The application's readers.</param>
/// <param name="Raise">Calls the application's handlers.</param>
/// <param name="Time">The clock.</param>
internal sealed record NodeEnvironment(
    NodeOptions Options, Libp2pHost Host, GossipsubService Gossipsub, EventStreams<MessagingEvent> Streams, Action<MessagingEvent> Raise, TimeProvider Time)
{
    /// <summary>Events that wait to be told.</summary>
    public required WaitingEvents Waiting { get; init; }

    /// <summary>What the actors share that receive.</summary>
    public required ReceivingEnvironment Receiving { get; init; }

    /// <summary>Decides which messages are relayed.</summary>
    public required MessageValidation Validation { get; init; }

    /// <summary>Requests that have not ended.</summary>
    public required UnfinishedSends Sends { get; init; }

    /// <summary>How stores are asked for messages.</summary>
    public StorePresence Stores { get; init; } = StorePresence.None;

    /// <summary>The node's health, for whoever asks.</summary>
    public required HealthView Health { get; init; }

    /// <summary>Shows the relay's messages to watchers outside the actors.</summary>
    public RelayTap Tap { get; init; } = new();

    /// <summary>How long one actor of a node waits for another.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
}

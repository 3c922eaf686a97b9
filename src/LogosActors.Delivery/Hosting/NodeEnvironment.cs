using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Receiving;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Hosting;

/// <summary>What the actors of one node share. Immutable.</summary>
/// <param name="Options">The node's settings.</param>
/// <param name="Host">Its libp2p host.</param>
/// <param name="Gossipsub">The relay below.</param>
/// <param name="Events">The <see cref="EventsActor"/>, which outlives the others.</param>
/// <param name="Receiving">What those share that receive.</param>
/// <param name="Time">The clock.</param>
internal sealed record NodeEnvironment(
    NodeOptions Options, Libp2pHost Host, GossipsubService Gossipsub, ActorRef Events, ReceivingEnvironment Receiving, TimeProvider Time)
{
    /// <summary>The node's health, for whoever asks.</summary>
    public required HealthView Health { get; init; }

    /// <summary>How long one actor of a node waits for another.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
}

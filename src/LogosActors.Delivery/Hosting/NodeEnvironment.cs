using LogosActors.Actors;
using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Delivery.Hosting;

/// <summary>What the actors of one node share. Immutable.</summary>
/// <param name="Options">The node's settings.</param>
/// <param name="Host">Its host.</param>
/// <param name="Gossipsub">The relay below; null: the node does not relay.</param>
/// <param name="Events">Publishes events to the application.</param>
/// <param name="Time">The clock.</param>
internal sealed record NodeEnvironment(
    NodeOptions Options, INodeHost Host, GossipsubTopics? Gossipsub, EventPublisher<MessagingEvent> Events, TimeProvider Time)
{
    /// <summary>Where the actors that are spoken to from outside are published.</summary>
    public NodeActors Actors { get; } = new();

    /// <summary>What the actors share that receive.</summary>
    public required ReceivingEnvironment Receiving { get; init; }

    /// <summary>Decides which messages are relayed.</summary>
    public required MessageValidation Validation { get; init; }

    /// <summary>Where requests to send come in.</summary>
    public required SendIntake Intake { get; init; }

    /// <summary>How stores are asked for messages.</summary>
    public StorePresence Stores { get; init; } = StorePresence.None;

    /// <summary>The node's current health.</summary>
    public required HealthView Health { get; init; }

    /// <summary>The shards that are joined.</summary>
    public RelayView Relay { get; } = new();

    /// <summary>The service nodes of a node that does not relay.</summary>
    public ServiceView Services { get; } = new();

    /// <summary>The key of the node's record; null: it has none, as its key is of another type than secp256k1.</summary>
    public NodeKey? RecordKey { get; init; }

    /// <summary>What discovery says of the node.</summary>
    public DiscoveryView Discovery { get; } = new();

    /// <summary>Shows the relay's messages to watchers outside the actors.</summary>
    public RelayTap Tap { get; init; } = new();

    /// <summary>Where the filter service takes part, if there is one.</summary>
    public FilterFeed Filter { get; } = new();

    /// <summary>Counts the relay's messages.</summary>
    public MessageCounts Counts { get; init; } = new();

    /// <summary>Where what must survive is stored; null: nowhere.</summary>
    public PersistencePlugins? Persistence { get; init; }

    /// <summary>Keeps other processes from writing to the same journal, where a file's lock does not.</summary>
    public JournalLock? JournalLock { get; init; }

    /// <summary>Called in an actor's turn when another process writes to the journal: the node's actors stop.</summary>
    public Action JournalLost { get; init; } = static () => { };

    /// <summary>How long one actor of a node waits for another.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
}

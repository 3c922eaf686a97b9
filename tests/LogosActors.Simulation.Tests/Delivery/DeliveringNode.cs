using System.Buffers.Binary;
using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>A simulated node with the actors that send, relay, receive and archive. Its journals and its archive survive a crash, nothing else does.</summary>
sealed class DeliveringNode(DeterministicHost host, SimulatedNetwork network, SimulatedNode node, SimulatedStores stores, ReceivingOptions options)
{
    readonly Random _random = new(host.Seed ^ node.Number);
    readonly NodeOptions _options = new() { Receiving = options };
    readonly Dictionary<int, int> _told = [];
    List<ActorRef> _actors = [];
    UnfinishedSends? _sends;
    ActorRef? _sending;

    public SimulatedNode Node => node;

    /// <summary>Null: the node is no store.</summary>
    public SimulatedArchive? Archive { get; init; }

    /// <summary>How often the application was told of a message, in all the node's lives.</summary>
    public int TimesTold(int number) => _told.GetValueOrDefault(number);

    /// <summary>How many messages the application was told that the stores that were asked in time do not have them.</summary>
    public int Doubted { get; private set; }

    /// <summary>Starts the actors on the node's gossipsub.</summary>
    public void Start()
    {
        var gossipsub = new GossipsubTopics(host.System, node.Gossipsub!, node.Id, node.Settings!.Options.Limits);
        var waiting = new WaitingEvents();
        var known = new StorePeers([], host.Time);
        foreach (var store in stores.Peers.Where(store => store != node.Id))
            known.Add(store);
        var environment = new ReceivingEnvironment(
            options, DeliveryScenario.Sharding, new ReceivingMemory(options), waiting, known,
            (store, query) => stores.AskAsync(node, store, query), $"{node.Id}/received");
        var (registrations, validation) = (new RelayRegistrations(), new MessageValidation(new MessageValidationOptions()));
        var events = host.System.Spawn(Props.Create(() => new EventsActor(new EventStreams<MessagingEvent>(1), waiting, Note)));
        var relay = host.System.Spawn(Props.Create(() => new RelayActor(gossipsub, registrations, validation)));
        _actors = [];
        OwnStore? own = null;
        if (Archive is { } archive)
        {
            var writer = host.System.Spawn(Props.Create(() => new ArchiveWriterActor(archive, new ArchiveWriterOptions())));
            var keeping = host.System.Spawn(Props.Create(() => new KeepingActor(relay, writer)));
            _actors.AddRange([writer, keeping]);
            own = new OwnStore(keeping, archive);
        }
        var subscriptions = host.System.Spawn(Props.Create(() => new SubscriptionsActor(environment, relay, events, own)));
        var router = host.System.Spawn(Props.Create(() => new DeliveryRouterActor(NodeMode.Core, relay)));
        var presence = new PresenceReader(known, (store, hashes, _) => FindPresentAsync(store, hashes), _random);
        _sends = new UnfinishedSends(_options.Sending, host.Time) { IsStored = true };
        var settings = new SendsSettings(
            _options, _sends, waiting, new StorePresence(() => true, presence.FindAsync), $"{node.Id}/sends", router,
            subscriptions, events);
        _sending = host.System.Spawn(Props.Create(() => new SendsActor(settings)));
        _actors.AddRange([events, relay, subscriptions, router, _sending]);
        // Who has subscribed in an earlier life does so again for nothing.
        subscriptions.Tell(new Subscriptions.Subscribe(DeliveryScenario.Topic, DeliveryScenario.Shard));
    }

    /// <summary>Ends everything at once, and is back some time later.</summary>
    public void Crash(TimeSpan downtime)
    {
        network.Crash(node);
        _actors.ForEach(host.System.Stop);
        network.After(downtime, () =>
        {
            network.Restart(node);
            Start();
        });
    }

    /// <summary>Has a message sent, which begins with its number.</summary>
    public void Send(int number)
    {
        var payload = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        // Its end is an event.
        _ = _sends!.AddAsync(
            new MessageEnvelope(DeliveryScenario.Topic.Text, payload), DeliveryScenario.Topic, DeliveryScenario.Shard, _sending!);
    }

    async Task<StoreResult<IReadOnlySet<MessageHash>>> FindPresentAsync(PeerId store, IReadOnlyCollection<MessageHash> hashes)
    {
        var query = new ArchiveQuery { Hashes = [.. hashes], IncludesData = false, Limit = ArchiveQuery.MaxLimit };
        var answer = await stores.AskAsync(node, store, query);
        return answer.IsAnswered
            ? new StoreResult<IReadOnlySet<MessageHash>>(answer.Value.Messages.Select(entry => entry.Hash).ToHashSet())
            : new StoreResult<IReadOnlySet<MessageHash>>(answer.Failure.Value, answer.Reason);
    }

    void Note(MessagingEvent told)
    {
        switch (told)
        {
            case MessageReceived received:
                var number = BinaryPrimitives.ReadInt32BigEndian(received.Message.Payload.Span);
                _told[number] = TimesTold(number) + 1;
                break;
            case MessageError:
                Doubted++;
                break;
        }
    }
}

using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>The actors that receive, in a simulation, with a relay and a store that the test plays.</summary>
internal sealed class ReceivingWorld
{
    public const string Lobby = "/test/1/lobby/proto";

    /// <summary>Names the history.</summary>
    public const string Id = "received";

    public static readonly PubsubTopic Shard = new(0, 0);

    static readonly PeerId StorePeer = NewPeer();
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly Simulation _simulation;
    readonly bool _isStored;
    IReadOnlyList<Subscriptions.LeftTopic> _left = [];
    ActorSystem _system;
    IActorRef _relay = ActorRefs.Nobody;
    int _started;

    public ReceivingWorld(Simulation simulation, bool isStored = false, ReceivingOptions? options = null)
    {
        (_simulation, _isStored, Options, _system) = (simulation, isStored, options ?? new ReceivingOptions(), simulation.Start());
        Stores = new StorePeers([], simulation.Time);
        Stores.Add(StorePeer);
        Start();
    }

    public ReceivingOptions Options { get; }

    public ActorSystem System => _system;

    public StorePeers Stores { get; }

    public FakeStore Store { get; } = new(Shard);

    /// <summary>Further stores, by their peer.</summary>
    public Dictionary<PeerId, FakeStore> OtherStores { get; } = [];

    /// <summary>Whether the store answers.</summary>
    public bool IsStoreUp { get; set; } = true;

    /// <summary>What the application was told, in order.</summary>
    public List<MessageHash> Told { get; } = [];

    public IActorRef Actor { get; private set; } = ActorRefs.Nobody;

    public long Now => UnixNanoseconds.Now(_simulation.Time);

    /// <summary>What crashes: all that the parent starts again. Actors that are resumed are crashed between two messages.</summary>
    public static SimulationFaults Crashes(double probability) => new()
    {
        CrashProbability = probability,
        MayCrash = static path => path.StartsWith("/user/world", StringComparison.Ordinal) && path.Contains("/$", StringComparison.Ordinal),
    };

    public void Subscribe(string topic = Lobby) => Assert.Null(Ask(new Subscriptions.Subscribe(ContentTopic.Parse(topic), Shard)).Error);

    public Subscriptions.Answer Ask(object request) => _simulation.Ask<Subscriptions.Answer>(Actor, request, Patience);

    /// <summary>Somebody sends a message: the store has it, and the relay brings it unless it is lost.</summary>
    public MessageHash Send(string topic = Lobby, bool isLost = false, bool isOwn = false)
    {
        _simulation.RunFor(TimeSpan.FromTicks(1));
        var message = FakeStore.Message(topic, Now);
        var hash = MessageHash.Compute(Shard.ToString(), message);
        Store.Add(hash, message);
        if (!isLost)
            Relay(hash, message, isOwn);
        return hash;
    }

    public void Relay(MessageHash hash, WakuMessage message, bool isOwn = false) => Actor.Tell(
        isOwn
            ? new RelayTopics.Seen(Shard, hash, message, IsOwn: true)
            : new Gossip.Delivered(Shard.ToString(), default, StorePeer, Author: null, new RelayedMessage(Shard.ToString(), message, hash, StorePeer, IsTimely: true)),
        ActorRefs.NoSender);

    /// <summary>Crashes an actor that keeps state, before its next message.</summary>
    public void CrashSome()
    {
        IActorRef[] actors = [Actor, .. Children("topic-*")];
        _simulation.Crash(actors[_simulation.Random.Next(actors.Length)]);
    }

    /// <summary>Ends the process: of what the actors know only the journal is left.</summary>
    public void Kill()
    {
        _simulation.Kill(_system);
        _left = [];
        _system = _simulation.Start($"life-{_started}");
    }

    /// <summary>Stops the node, and keeps what its next start goes on with.</summary>
    public void Stop()
    {
        _left = _simulation.Ask<Subscriptions.Drained>(Actor, Subscriptions.Drain.Instance, Patience).Topics;
        var probe = _simulation.CreateProbe(system: _system);
        probe.Watch(Actor);
        _system.Stop(Actor);
        probe.ExpectMessage<Terminated>();
    }

    public void Start()
    {
        ProtobufSerializer.Install(_system, StoredReceiving.Types);
        var events = new EventPublisher<MessagingEvent>(_system, "world", 1, raised => Told.Add(((MessageReceived)raised).Hash));
        var environment = new ReceivingEnvironment(Options, new Autosharding(0, 1), events, Stores, AskAsync, _isStored ? SimulatedSystems.Persistence : null, Id) { Left = _left };
        _relay = _system.ActorOf(Props.Create(() => new FakeRelayActor()), $"relay-{++_started}");
        var (world, relay) = (new TaskCompletionSource<IActorRef>(), _relay);
        _system.ActorOf(Props.Create(() => new NodeStub(world, SubscriptionsActor.Props(environment, relay, null))), $"world-{_started}");
        Actor = _simulation.Wait(world.Task);
        _simulation.RunUntilIdle();
    }

    public static PeerId NewPeer() => PeerId.FromPublicKey(PrivateKey.Generate(KeyType.Ed25519).PublicKey);

    IActorRef[] Children(string pattern)
    {
        var probe = _simulation.CreateProbe(system: _system);
        _system.ActorSelection(Actor.Path / pattern).Tell(new Identify(null), probe.Ref);
        _simulation.RunUntilIdle();
        return [.. probe.Of<ActorIdentity>().Select(identity => identity.Subject).OfType<IActorRef>()];
    }

    Task<StoreResult<StorePage>> AskAsync(PeerId store, ArchiveQuery query) =>
        Task.FromResult(OtherStores.TryGetValue(store, out var other) ? other.Answer(query) : IsStoreUp ? Store.Answer(query) : new StoreResult<StorePage>(StoreFailure.NotReached, "down"));

    /// <summary>Supervises as the node's actor does.</summary>
    sealed class NodeStub(TaskCompletionSource<IActorRef> started, Props subscriptions) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => new ChildStrategy(static _ => true, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

        protected override void PreStart() => started.SetResult(Context.ActorOf(subscriptions, "subscriptions"));

        protected override void OnReceive(object message)
        {
        }
    }

    sealed class FakeRelayActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is RelayTopics.Join join)
                Sender.Tell(new RelayTopics.Joined(join.Shard));
        }
    }
}

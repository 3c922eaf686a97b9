using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>The actors that receive, on a deterministic host, with a relay and a store that the test plays.</summary>
internal sealed class ReceivingWorld
{
    public const string Lobby = "/test/1/lobby/proto";

    public static readonly PubsubTopic Shard = new(0, 0);

    static readonly PeerId StorePeer = NewPeer();
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly DeterministicHost _host;
    readonly bool _isDurable;
    readonly ActorRef _relay;
    readonly WaitingEvents _waiting = new();
    ReceivingMemory? _memory;

    public ReceivingWorld(DeterministicHost host, bool isDurable = false, ReceivingOptions? options = null)
    {
        (_host, _isDurable, Options) = (host, isDurable, options ?? new ReceivingOptions());
        Stores = new StorePeers([], host.Time);
        Stores.Add(StorePeer);
        _relay = host.System.Spawn(Props.Create(() => new FakeRelayActor()), "fake-relay");
        Events = host.System.Spawn(Props.Create(() => new EventsActor(new EventStreams<MessagingEvent>(1), _waiting, told => Told.Add(((MessageReceived)told).Hash))), "events");
        Start();
    }

    public ReceivingOptions Options { get; }

    public StorePeers Stores { get; }

    public FakeStore Store { get; } = new(Shard);

    /// <summary>Further stores, by their peer.</summary>
    public Dictionary<PeerId, FakeStore> OtherStores { get; } = [];

    /// <summary>Whether the store answers.</summary>
    public bool IsStoreUp { get; set; } = true;

    /// <summary>What the application was told, in order.</summary>
    public List<MessageHash> Told { get; } = [];

    public ActorRef Events { get; }

    public ActorRef Subscriptions { get; private set; } = null!;

    public long Now => UnixNanoseconds.Now(_host.Time);

    /// <summary>What crashes, if anything does: all but what the test plays.</summary>
    public static FaultPlan Crashes(double probability) =>
        new() { CrashProbability = probability, MayCrash = path => !path.Contains("fake", StringComparison.Ordinal) };

    public void Subscribe(string topic = Lobby)
    {
        var answer = Subscriptions.Ask<Delivery.Receiving.Subscriptions.Answer>(
            new Subscriptions.Subscribe(ContentTopic.Parse(topic), Shard), Patience);
        Assert.Null(_host.Await(answer, Patience).Error);
    }

    /// <summary>Somebody sends a message: the store has it, and the relay brings it unless it is lost.</summary>
    public MessageHash Send(string topic = Lobby, bool isLost = false, bool isOwn = false)
    {
        _host.RunFor(TimeSpan.FromTicks(1));
        var message = FakeStore.Message(topic, Now);
        var hash = MessageHash.Compute(Shard.ToString(), message);
        Store.Add(hash, message);
        if (!isLost)
            Relay(hash, message, isOwn);
        return hash;
    }

    public void Relay(MessageHash hash, WakuMessage message, bool isOwn = false) =>
        _relay.Tell(new RelayTopics.Seen(Shard, hash, message, isOwn));

    /// <summary>The relay has failed, and is there again.</summary>
    public void RestartRelay() => _relay.Tell(RelayTopics.Restarted.Instance);

    /// <summary>Ends the process, in effect: of what the actors know only the journal is left.</summary>
    public void Kill()
    {
        Stop();
        _memory = null;
    }

    public void Stop() => _host.Await(_host.System.StopAsync(Subscriptions, Patience));

    public void Start()
    {
        var memory = _memory ??= new ReceivingMemory(Options);
        var environment = new ReceivingEnvironment(Options, new Autosharding(0, 1), memory, _waiting, Stores, AskAsync, _isDurable ? "received" : null);
        Subscriptions = _host.System.Spawn(Props.Create(() => new SubscriptionsActor(environment, _relay, Events)), "subscriptions");
    }

    public static PeerId NewPeer() => PeerId.FromPublicKey(PrivateKey.Generate(KeyType.Ed25519).PublicKey);

    Task<StoreResult<StorePage>> AskAsync(PeerId store, ArchiveQuery query) =>
        Task.FromResult(OtherStores.TryGetValue(store, out var other) ? other.Answer(query) : IsStoreUp ? Store.Answer(query) : new StoreResult<StorePage>(StoreFailure.NotReached, "down"));

    sealed class FakeRelayActor : Actor
    {
        readonly List<ActorRef> _observers = [];

        protected override void Receive(object message)
        {
            switch (message)
            {
                case RelayTopics.Observe observe:
                    if (!_observers.Contains(observe.Observer))
                        _observers.Add(observe.Observer);
                    Context.Watch(observe.Observer);
                    break;
                case Terminated terminated:
                    _observers.Remove(terminated.Actor);
                    break;
                case RelayTopics.Join join:
                    Reply(new RelayTopics.Joined(join.Shard));
                    break;
                case RelayTopics.Leave:
                    break;
                default:
                    foreach (var observer in _observers)
                        observer.Tell(message, Self);
                    break;
            }
        }
    }
}

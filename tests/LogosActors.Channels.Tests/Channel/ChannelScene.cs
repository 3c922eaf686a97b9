using System.Diagnostics;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Records;
using LogosActors.Delivery;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;
using LogosActors.TestKit;
using static System.Text.Encoding;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>The actors of a channel's participants in a simulation, before a network and a store that a test plays.</summary>
internal sealed class ChannelScene
{
    public const string Topic = "/test/1/channel/proto";

    static readonly PersistencePlugins Plugins = new("akka.persistence.journal.simulated", "akka.persistence.snapshot-store.simulated");

    readonly Simulation _simulation;
    IActorRef _network = ActorRefs.Nobody;
    IActorRef _channels = ActorRefs.Nobody;
    readonly Random _random;
    readonly Dictionary<MessageHash, MessageEnvelope> _stored = [];
    int _posted;

    public ChannelScene(Simulation simulation, int participants, Func<ReliableChannelOptions, ReliableChannelOptions>? with = null)
    {
        _simulation = simulation;
        _random = new Random(simulation.Seed);
        System = Start();
        with ??= static options => options;
        Participants = [.. Enumerable.Range(0, participants).Select(i => new Participant(this, with(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            SenderId = $"participant {i}",
            RateLimit = new RateLimitOptions { IsEnabled = false },
        })))];
    }

    /// <summary>What is stored is stored as bytes, by our serializer alone.</summary>
    public static SimulationOptions Options { get; } = new()
    {
        Serialize = true,
        Config = ConfigurationFactory.ParseString("akka.actor.serialization-settings.allow-unregistered-types = false"),
    };

    public ActorSystem System { get; private set; }

    public Participant[] Participants { get; }

    /// <summary>Which share of what is sent a participant does not get.</summary>
    public double Loss { get; set; }

    /// <summary>Whether the store has what was sent.</summary>
    public bool HasStore { get; set; } = true;

    /// <summary>What the node refuses with; null: it does not.</summary>
    public SendErrorKind? Refuses { get; set; }

    /// <summary>How many messages the network has carried, each as often as it was sent.</summary>
    public int Posted { get; private set; }

    /// <summary>The actor of the first participant's channel, or a part of it: /sds, /rate-limit, /retrieval.</summary>
    public IActorRef? Find(string part) => part.Length == 0
        ? Participants[0].Actor
        : ((ActorRefWithCell)Participants[0].Actor).Children.FirstOrDefault(child => child.Path.ToString().Contains(part, StringComparison.Ordinal));

    /// <summary>Kills the process, and starts it again.</summary>
    public void Kill()
    {
        _simulation.Kill(System);
        System = Start();
        foreach (var participant in Participants)
            participant.Open();
    }

    /// <summary>Stores a change that only a newer version knows.</summary>
    public void AppendUnknownEvent(string persistenceId)
    {
        var writer = System.ActorOf(Props.Create(() => new WriterActor(persistenceId)));
        _simulation.Ask<string>(writer, new Changed { Changes = { new Change() } });
        _simulation.RunUntilIdle();
    }

    ActorSystem Start()
    {
        var system = _simulation.CreateSystem("node", _simulation.Storage, setups: [new TimeProviderSetup(_simulation.Time), new RandomSetup(new Random(_simulation.Seed))]);
        ProtobufSerializer.Install(system, ChannelRecords.Types);
        _network = system.ActorOf(Props.Create(() => new NetworkActor(this)), "network");
        _channels = system.ActorOf(ChannelsActor.Props(), "channels");
        return system;
    }

    SendError? Send(RequestId request, MessageEnvelope message, IActorRef observer, Activity? trace)
    {
        _network.Tell(new Post(message, request, observer));
        return null;
    }

    Task<Result<StoreHistory, StoreQueryError>> QueryAsync(StoreQuery query) => Task.FromResult<Result<StoreHistory, StoreQueryError>>(HasStore
        ? new StoreHistory(
            [.. (query.Hashes.Count == 0 ? _stored.Keys : query.Hashes.Where(_stored.ContainsKey)).Select(hash => new StoredMessage(hash, _stored[hash], null))], Cursor: null)
        : new StoreQueryError(StoreQueryErrorKind.NoStore, "There is no store."));

    /// <summary>A participant, and what it was told.</summary>
    internal sealed class Participant
    {
        readonly ChannelScene _scene;
        readonly ReliableChannelOptions _options;

        public Participant(ChannelScene scene, ReliableChannelOptions options)
        {
            (_scene, _options, Name) = (scene, options, options.SenderId!);
            Open();
        }

        public string Name { get; }

        public string PersistenceId => $"channel/{Name}";

        public List<ChannelEvent> Events { get; } = [];

        public IncomingBudget Budget { get; private set; } = null!;

        public ChannelEvents Publisher { get; private set; } = null!;

        public IActorRef Actor { get; private set; } = null!;

        public IActorRef Sds { get; private set; } = null!;

        /// <summary>What opening has come to; null: it is under way.</summary>
        public List<Exception?> Openings { get; } = [];

        /// <summary>What came, as text.</summary>
        public IEnumerable<string> Received => Of<ReliableMessageReceived>().Select(received => UTF8.GetString(received.Payload.Span));

        public ChannelStatus Status => _scene._simulation.Ask<ChannelStatus>(Sds, Conversation.GetStatus.Instance, TimeSpan.FromMinutes(1));

        public IEnumerable<TEvent> Of<TEvent>()
            where TEvent : ChannelEvent => Events.OfType<TEvent>();

        /// <summary>Opens the channel, for the first time or as another process does.</summary>
        public void Open(Action<ChannelEvent>? handle = null)
        {
            var openings = Openings.Count;
            var publisher = new EventPublisher<ChannelEvent>(_scene.System, $"{Name.Replace(' ', '-')}-{Openings.Count}", _options.EventCapacity);
            Publisher = new ChannelEvents(publisher, _options.EventCapacity);
            var handler = handle ?? Events.Add;
            Publisher.Add(handler, handler);
            Budget = new IncomingBudget(_options.MaxIncomingBytes);
            var settings = new ChannelSettings(_options, new ChannelNode(_scene.Send, _scene.QueryAsync), Publisher, Budget, Plugins, PersistenceId)
            {
                Clock = new SteadyClock(_scene._simulation.Time),
                SdsCreated = sds => Sds = sds,
                Opened = Openings.Add,
            };
            Actor = _scene._simulation.Ask<ChannelsActor.Opened>(_scene._channels, new ChannelsActor.Open(settings)).Channel;
            _scene._simulation.RunUntil(() => Openings.Count > openings, TimeSpan.FromMinutes(1));
        }

        /// <summary>Sends a text; null when it was not accepted, or nobody knows.</summary>
        public RequestId? TrySend(string text, bool isEphemeral = false)
        {
            var simulation = _scene._simulation;
            var request = RequestId.New();
            var trace = ChannelTrace.Begin(request, _options.ChannelId, text.Length, simulation.Time);
            var answer = simulation.AskAsync<Conversation.SendAnswer>(Sds, new Conversation.Send(request, UTF8.GetBytes(text), isEphemeral) { Trace = trace });
            // An actor that crashes may owe the answer for ever.
            return simulation.RunUntil(() => answer.IsCompleted, TimeSpan.FromSeconds(30)) && simulation.Wait(answer).Result is { IsSuccess: true } result
                ? result.Value
                : null;
        }

        /// <summary>Sends a text, and does not wait for the answer.</summary>
        public Task<Conversation.SendAnswer> SendAsync(string text) =>
            _scene._simulation.AskAsync<Conversation.SendAnswer>(Sds, new Conversation.Send(RequestId.New(), UTF8.GetBytes(text), IsEphemeral: false));

        /// <summary>Sends a text that is accepted.</summary>
        public RequestId Send(string text, bool isEphemeral = false) => TrySend(text, isEphemeral) ?? throw new InvalidOperationException("It was not accepted.");

        public void Arrive(MessageHash hash, MessageEnvelope message) =>
            Actor.Tell(new Subscriptions.Arrived(hash, new WakuMessage { ContentTopic = message.ContentTopic, Payload = message.Payload, Meta = message.Meta }));

        /// <summary>Closes the channel.</summary>
        public void Close()
        {
            var watcher = _scene._simulation.CreateProbe(system: _scene.System);
            watcher.Watch(Actor);
            Actor.Tell(Conversation.Close.Instance);
            watcher.ExpectTerminated(Actor, TimeSpan.FromMinutes(1));
            Publisher.Complete();
        }
    }

    sealed class WriterActor(string persistenceId) : SupervisedPersistentActor(Plugins)
    {
        public override string PersistenceId => persistenceId;

        protected override void OnRecover(object message)
        {
        }

        protected override void OnCommand(object message)
        {
            var asker = Sender;
            Persist(message, _ =>
            {
                asker.Tell("stored");
                Context.Stop(Self);
            });
        }
    }

    sealed record Post(MessageEnvelope Message, RequestId Request, IActorRef Observer);

    sealed record Arrive(Participant Participant, MessageHash Hash, MessageEnvelope Message);

    /// <summary>Carries messages to all others, late and in any order, or not at all.</summary>
    sealed class NetworkActor(ChannelScene scene) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Post post:
                    Carry(post);
                    break;
                case Arrive arrive:
                    arrive.Participant.Arrive(arrive.Hash, arrive.Message);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        void Carry(Post post)
        {
            var hash = new MessageHash(SHA256.HashData(BitConverter.GetBytes(scene._posted++)));
            if (scene.Refuses is { } refusal)
            {
                post.Observer.Tell(new Sends.Ended(post.Request, hash, "refused") { Refusal = refusal });
                return;
            }
            scene.Posted++;
            if (!post.Message.IsEphemeral)
                scene._stored[hash] = post.Message;
            post.Observer.Tell(new Sends.Propagated(post.Request, hash), Self);
            post.Observer.Tell(new Sends.Ended(post.Request, hash, null), Self);
            foreach (var participant in scene.Participants)
            {
                if (scene._random.NextDouble() >= scene.Loss)
                    Timers.StartSingleTimer(new object(), new Arrive(participant, hash, post.Message), TimeSpan.FromMilliseconds(scene._random.Next(1, 200)));
            }
        }
    }
}

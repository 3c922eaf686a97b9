using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>The actors of a channel's participants on the deterministic host, before a network and a store that a test plays.</summary>
internal sealed class ChannelScene
{
    public const string Topic = "/test/1/channel/proto";

    readonly DeterministicHost _host;
    readonly ActorRef _network;
    readonly Random _random;
    readonly Dictionary<MessageHash, MessageEnvelope> _stored = [];
    int _posted;

    public ChannelScene(DeterministicHost host, int participants, Func<ReliableChannelOptions, ReliableChannelOptions>? with = null)
    {
        _host = host;
        _random = new Random(host.Seed);
        _network = host.System.Spawn(Props.Create(() => new NetworkActor(this)), "network");
        with ??= static options => options;
        Participants = [.. Enumerable.Range(0, participants).Select(i => new Participant(this, with(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            SenderId = $"participant {i}",
            RateLimit = new RateLimitOptions { IsEnabled = false },
        })))];
    }

    public Participant[] Participants { get; }

    /// <summary>Which share of what is sent a participant does not get.</summary>
    public double Loss { get; set; }

    /// <summary>Whether the store has what was sent.</summary>
    public bool HasStore { get; set; } = true;

    /// <summary>The messages that were sent, as often as they were.</summary>
    public int Posted => _posted;

    Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, RequestId request, ActorRef dispatcher)
    {
        _network.Tell(new Post(message, request, dispatcher));
        return Task.FromResult<Result<RequestId, SendError>>(request);
    }

    Task<Result<StoreHistory, StoreQueryError>> QueryAsync(StoreQuery query) => Task.FromResult<Result<StoreHistory, StoreQueryError>>(HasStore
        ? new StoreHistory(
            [.. _stored.Where(one => query.Hashes.Count == 0 || query.Hashes.Contains(one.Key)).Select(one => new StoredMessage(one.Key, one.Value, null))], Cursor: null)
        : new StoreQueryError(StoreQueryErrorKind.NoStore, "There is no store."));

    /// <summary>A participant, and what it was told.</summary>
    internal sealed class Participant
    {
        readonly ChannelScene _scene;
        readonly ActorRef _actor;

        public Participant(ChannelScene scene, ReliableChannelOptions options)
        {
            (_scene, Name) = (scene, options.SenderId!);
            var voice = new ChannelVoice(options.EventCapacity, Events.Add, NullLogger.Instance);
            var budget = Budget = new IncomingBudget(options.MaxIncomingBytes);
            var environment = new ChannelEnvironment(options, new ChannelTransport(scene.SendAsync, scene.QueryAsync), voice, budget, $"channel/{Name}");
            _actor = scene._host.System.Spawn(Props.Create(() => new ChannelActor(environment)), Name.Replace(' ', '-'));
        }

        public string Name { get; }

        public List<ChannelEvent> Events { get; } = [];

        public IncomingBudget Budget { get; }

        /// <summary>What came, as text.</summary>
        public IEnumerable<string> Received => Events.OfType<ReliableMessageReceived>().Select(received => System.Text.Encoding.UTF8.GetString(received.Payload.Span));

        public IEnumerable<TEvent> Of<TEvent>()
            where TEvent : ChannelEvent => Events.OfType<TEvent>();

        /// <summary>Sends a text; null when it was not taken, or nobody knows.</summary>
        public RequestId? TrySend(string text, bool isEphemeral = false)
        {
            try
            {
                var answer = _scene._host.Await(_actor.Ask<Conversation.SendAnswer>(
                    new Conversation.Send(RequestId.New(), System.Text.Encoding.UTF8.GetBytes(text), isEphemeral), TimeSpan.FromSeconds(30), _scene._host.Time));
                return answer.Result.IsSuccess ? answer.Result.Value : null;
            }
            catch (AskTimeoutException)
            {
                return null;
            }
        }

        /// <summary>Sends a text that is taken.</summary>
        public RequestId Send(string text, bool isEphemeral = false) => TrySend(text, isEphemeral) ?? throw new InvalidOperationException("It was not taken.");

        public ChannelStatus Status => _scene._host.Await(_actor.Ask<ChannelStatus>(Conversation.GetStatus.Instance, TimeSpan.FromSeconds(30), _scene._host.Time));

        /// <summary>Hands it bytes as if they had come from the network.</summary>
        public void Arrive(MessageHash hash, ReadOnlyMemory<byte> payload)
        {
            if (Budget.TryTake(payload.Length))
                _actor.Tell(new Conversation.Arrived(hash, payload));
        }

        public void Stop() => _scene._host.Await(_scene._host.System.StopAsync(_actor, TimeSpan.FromMinutes(1)));
    }

    sealed record Post(MessageEnvelope Message, RequestId Request, ActorRef Dispatcher);

    sealed record Arrive(Participant Participant, MessageHash Hash, ReadOnlyMemory<byte> Payload);

    /// <summary>Carries messages to all others, late and in any order, or not at all.</summary>
    sealed class NetworkActor(ChannelScene scene) : Actor
    {
        protected override void Receive(object message)
        {
            switch (message)
            {
                case Post post:
                    Carry(post);
                    break;
                case Arrive arrive:
                    arrive.Participant.Arrive(arrive.Hash, arrive.Payload);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        void Carry(Post post)
        {
            var hash = new MessageHash(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(scene._posted++)));
            if (!post.Message.IsEphemeral)
                scene._stored[hash] = post.Message;
            post.Dispatcher.Tell(new Dispatching.Propagated(post.Request, hash), Self);
            post.Dispatcher.Tell(new Dispatching.Ended(post.Request, hash, null), Self);
            foreach (var participant in scene.Participants)
            {
                if (scene._random.NextDouble() >= scene.Loss)
                    Context.StartSingleTimer(new object(), new Arrive(participant, hash, post.Message.Payload), TimeSpan.FromMilliseconds(scene._random.Next(1, 200)));
            }
        }
    }
}

using System.Buffers.Binary;
using LogosActors.Delivery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.TestKit;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations.Edge;

/// <summary>Nodes in edge mode, and service nodes that die, lie and come back.</summary>
sealed class EdgeScenario : IDisposable
{
    public const string Topic = "/simulation/1/lobby/proto";

    readonly Simulation _simulation;
    readonly Random _random;
    readonly List<ServiceNode> _services = [];
    readonly List<EdgeNode> _edges = [];
    readonly List<EdgeNode> _senders = [];

    /// <param name="simulation">Where it runs.</param>
    /// <param name="services">How many service nodes; each is a store.</param>
    /// <param name="edges">How many edge nodes; they know all service nodes.</param>
    public EdgeScenario(Simulation simulation, int services, int edges)
    {
        _simulation = simulation;
        _random = simulation.CreateRandom("edge");
        Network = new SimulatedNetwork(simulation) { Dials = 0 };
        for (var service = 0; service < services; service++)
            _services.Add(new ServiceNode(Network, [.. _services.Select(static known => known.Node.Address)]));
        for (var edge = 0; edge < edges; edge++)
            _edges.Add(new EdgeNode(Network, [.. _services.Select(static known => known.Node.Address)]));
        simulation.RunFor(TimeSpan.FromSeconds(10));
    }

    public SimulatedNetwork Network { get; }

    public IReadOnlyList<ServiceNode> Services => _services;

    public IReadOnlyList<EdgeNode> Edges => _edges;

    /// <summary>How many messages were sent.</summary>
    public int Sent => _senders.Count;

    /// <summary>Each second one of the edge nodes sends a message.</summary>
    public void SendEverySecond(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Send();
            _simulation.RunFor(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Something happens to a service node, for some time.</summary>
    public void Disturb()
    {
        var service = _services[_random.Next(_services.Count)];
        if (!service.Node.IsUp)
            return;
        var seconds = 20 + _random.Next(100);
        switch (_random.Next(8))
        {
            case 0:
                Network.Kill(service.Node, restartAfter: TimeSpan.FromSeconds(seconds));
                break;
            case 1:
                service.BeDeaf();
                break;
            case 2:
                service.ClaimToRelay();
                break;
            case 3:
                service.AnswerPushes(LightpushStatus.TooManyRequests);
                break;
            case 4:
                service.AnswerPushes(LightpushStatus.NoPeersToRelay);
                break;
            case 5:
                service.AnswerPushes(null);
                break;
            case 6:
                service.Freeze();
                break;
            default:
                _simulation.StepClock(TimeSpan.FromSeconds(_random.Next(-40, 41)));
                return;
        }
        Network.Wires.After(TimeSpan.FromSeconds(seconds), () => service.Node.Fault = null);
    }

    /// <summary>All service nodes are honest, and up.</summary>
    public void Mend()
    {
        foreach (var service in _services)
            service.Node.Fault = null;
        _simulation.RunUntil(() => _services.TrueForAll(static service => service.Node.IsUp), TimeSpan.FromMinutes(5));
    }

    public void Run(TimeSpan time) => _simulation.RunFor(time);

    /// <summary>Runs until nothing that a store has is missing and all requests have ended.</summary>
    public bool Settle(TimeSpan patience) => _simulation.RunUntil(() => Missing().Count == 0 && Unended() == 0, patience);

    /// <summary>What a store has, and an edge node has not been told of: message and node.</summary>
    public List<(int Message, int Edge)> Missing()
    {
        var stored = _services.SelectMany(static service => service.Stored()).ToHashSet();
        return [.. stored.SelectMany(message => _edges
            .Where(edge => edge != _senders[message] && edge.TimesTold(message) == 0)
            .Select(edge => (message, edge.Node.Number)))];
    }

    /// <summary>How many requests have not ended.</summary>
    public int Unended() => _edges.Sum(static edge => edge.Unended);

    /// <summary>What has come more often than once, or to its own sender.</summary>
    public int Superfluous() => Enumerable.Range(0, Sent).Sum(message => _edges.Sum(edge => Math.Max(0, edge.TimesTold(message) - (edge == _senders[message] ? 0 : 1))));

    public void Dispose() => Network.Dispose();

    void Send()
    {
        var edge = _edges[_random.Next(_edges.Count)];
        edge.Send(_senders.Count);
        _senders.Add(edge);
    }

    /// <summary>A core node that serves edge nodes.</summary>
    internal sealed class ServiceNode
    {
        readonly InMemoryArchive _archive = new();

        public ServiceNode(SimulatedNetwork network, IReadOnlyList<Libp2p.Addresses.Multiaddr> others) => Node = network.AddNode(
            new NodeOptions
            {
                EntryNodes = others,
                Archive = _archive,
                FilterService = new FilterServiceOptions(),
                LightpushService = new LightpushServiceOptions(),
            },
            static async node =>
            {
                await node.StartAsync();
                await node.SubscribeAsync([Topic]);
            });

        public SimulatedNode Node { get; }

        public IEnumerable<int> Stored() => _archive.Messages.Select(static message => BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span));

        /// <summary>It pushes nothing, and answers pings.</summary>
        public void BeDeaf() => Node.Fault = new ServiceFault { DropsMessages = true };

        /// <summary>It says that it has relayed what it drops.</summary>
        public void ClaimToRelay() => AnswerPushes(LightpushStatus.Success);

        /// <summary>It answers all pushes alike, and relays none; null: it does not answer.</summary>
        public void AnswerPushes(LightpushStatus? status) => Node.Fault = new ServiceFault
        {
            Answering = (_, protocol) => protocol != LightpushProtocol.Id ? null : _ => status is { } known ? Task.FromResult<byte[]?>(AnswerOf(known)) : Silence,
        };

        /// <summary>How many requests an edge node has sent it since <see cref="CountRequests"/>.</summary>
        public int Requests { get; private set; }

        /// <summary>Counts the requests of an edge node from now on.</summary>
        public void CountRequests(EdgeNode edge) => Node.Fault = new ServiceFault
        {
            Answering = (peer, _) =>
            {
                if (peer == edge.Node.PeerId)
                    Requests++;
                return null;
            },
        };

        /// <summary>It says nothing any more, and its connections stay.</summary>
        public void Freeze() => Node.Fault = new ServiceFault { Answering = static (_, _) => static _ => Silence, DropsMessages = true };

        static byte[] AnswerOf(LightpushStatus status) =>
            LightpushCodec.Encode(new LightpushResponse { Status = status, RelayPeerCount = status is LightpushStatus.Success ? 3u : 0 });

        static Task<byte[]?> Silence => new TaskCompletionSource<byte[]?>().Task;
    }

    /// <summary>A node in edge mode whose application counts what it is told.</summary>
    internal sealed class EdgeNode
    {
        readonly Dictionary<int, int> _told = [];
        readonly HashSet<RequestId> _asked = [];
        readonly HashSet<RequestId> _ended = [];

        public EdgeNode(SimulatedNetwork network, IReadOnlyList<Libp2p.Addresses.Multiaddr> services) => Node = network.AddNode(
            new NodeOptions { Mode = NodeMode.Edge, EntryNodes = services }, RunAsync);

        public SimulatedNode Node { get; }

        public int Unended => _asked.Count(request => !_ended.Contains(request));

        /// <summary>How many requests have ended again.</summary>
        public int EndedAgain { get; private set; }

        /// <summary>How many requests have ended without success.</summary>
        public int Errors { get; private set; }

        public int TimesTold(int message) => _told.GetValueOrDefault(message);

        public void Send(int message)
        {
            var payload = new byte[64];
            BinaryPrimitives.WriteInt32BigEndian(payload, message);
            _ = SendAsync(payload);
        }

        async Task SendAsync(byte[] payload)
        {
            var accepted = await Node.Messaging.SendAsync(new MessageEnvelope(Topic, payload));
            Assert.True(accepted.IsSuccess);
            _asked.Add(accepted.Value);
        }

        async Task RunAsync(MessagingNode node)
        {
            node.MessageReceived += (_, received) =>
            {
                var number = BinaryPrimitives.ReadInt32BigEndian(received.Message.Payload.Span);
                _told[number] = TimesTold(number) + 1;
            };
            node.MessageSent += (_, sent) => End(sent.Request);
            node.MessageError += (_, error) =>
            {
                Errors++;
                End(error.Request);
            };
            await node.StartAsync();
            Assert.Empty(await node.SubscribeAsync([Topic]));
        }

        void End(RequestId request)
        {
            if (!_ended.Add(request))
                EndedAgain++;
        }
    }
}

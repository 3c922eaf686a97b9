using System.Buffers.Binary;
using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations;

/// <summary>A network of nodes that are all subscribed to one topic, with meshes made: what most scenarios begin with.</summary>
sealed class Scenario : IDisposable
{
    public const string Topic = "t";

    /// <summary>The relay's parameters with meshes of eight.</summary>
    public static readonly GossipsubOptions MeshOfEight = GossipsubPresets.Relay with { D = 8, DLow = 6, DHigh = 12, DScore = 6, DOut = 3 };

    readonly GossipsubSettings _settings;
    readonly List<Publication> _publications = [];
    readonly Dictionary<GossipNode, Subscriber> _subscribers = [];
    int _publisher;

    Scenario(int? seed, GossipsubOptions options, NetworkConditions? conditions, bool traced)
    {
        _settings = new GossipsubSettings { Options = options };
        Simulation = new Simulation(new SimulationOptions { Seed = seed, MaxSteps = long.MaxValue, Trace = traced });
        Network = new GossipNetwork(Simulation, conditions);
    }

    public Simulation Simulation { get; }

    public GossipNetwork Network { get; }

    /// <summary>How often a message came to a subscriber again since its node's last start: always 0.</summary>
    public int DeliveredTwice { get; private set; }

    /// <param name="seed">Decides everything; null: <c>LOGOS_SEED</c>, or a random one.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="dials">How many others each dials.</param>
    /// <param name="options">Null for <see cref="MeshOfEight"/>.</param>
    /// <param name="conditions">Null for the defaults.</param>
    /// <param name="traced">Whether the simulation's trace is kept.</param>
    public static Scenario Start(
        int? seed, int nodes, int dials = 10, GossipsubOptions? options = null, NetworkConditions? conditions = null, bool traced = false)
    {
        var scenario = new Scenario(seed, options ?? MeshOfEight, conditions, traced);
        for (var i = 0; i < nodes; i++)
            scenario.Add();
        scenario.Simulation.RunUntilIdle();
        scenario.Network.ConnectRandomly(scenario.Network.Nodes, dials);
        scenario.Run(5);
        return scenario;
    }

    public void Run(double seconds) => Simulation.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>One message per second, each from another node that is up; then time for gossip to bring the last ones.</summary>
    /// <returns>The messages.</returns>
    public List<Publication> PublishEverySecond(int seconds, Func<GossipNode, bool>? from = null, double settle = 5, int size = 64)
    {
        var published = new List<Publication>();
        for (var second = 0; second < seconds; second++)
        {
            published.Add(Publish(NextPublisher(from), size));
            Run(1);
        }
        Run(settle);
        return published;
    }

    /// <summary>Ends a node at once, with all that it knew; its peers notice later.</summary>
    public void Crash(GossipNode node)
    {
        Simulation.System.Stop(node.Gossipsub!);
        node.TakeDown();
    }

    /// <summary>A crashed node is up again and knows only what it subscribes to.</summary>
    public void Restart(GossipNode node)
    {
        node.Start(Simulation.System, _settings);
        node.Gossipsub!.Tell(new Gossip.Subscribe(Topic, _subscribers[node].Ref), ActorRefs.NoSender);
    }

    /// <summary>The peers in a node's mesh of the topic.</summary>
    public IReadOnlyList<PeerId> MeshOf(GossipNode node) =>
        Simulation.Ask<Gossip.GetStatus.Status>(node.Gossipsub!, new Gossip.GetStatus(Topic), TimeSpan.FromSeconds(5)).Mesh;

    public void Dispose()
    {
        Network.Dispose();
        Simulation.Dispose();
    }

    void Add()
    {
        var node = Network.Add();
        _subscribers[node] = new Subscriber(this, node);
        Restart(node);
    }

    /// <summary>Publishes a message with a number of its own, and of the given size in bytes (≥ 4).</summary>
    Publication Publish(GossipNode node, int size)
    {
        var publication = new Publication(_publications.Count, node, Topic, Simulation.Now);
        _publications.Add(publication);
        _subscribers[node].Note(publication.Number);
        var data = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(data, publication.Number);
        node.Gossipsub!.Tell(new Gossip.Publish(Topic, data), ActorRefs.NoSender);
        return publication;
    }

    GossipNode NextPublisher(Func<GossipNode, bool>? from)
    {
        while (true)
        {
            // 7919 is prime, and so visits all nodes of any network of less than that.
            var node = Network.Nodes[(_publisher += 7919) % Network.Nodes.Count];
            if (node.Gossipsub is not null && from?.Invoke(node) != false)
                return node;
        }
    }

    /// <summary>What one node's subscriber has been sent.</summary>
    sealed class Subscriber(Scenario scenario, GossipNode node)
    {
        readonly HashSet<int> _heard = [];
        readonly HashSet<int> _heardInThisLife = [];
        int _life;

        public IActorRef Ref { get; } = scenario.Simulation.System.ActorOf(Props.Create(() => new NotingActor(scenario, node)), $"subscriber-{node.Number}");

        /// <returns>False when the node had the message before, in an earlier life perhaps.</returns>
        public bool Note(int number)
        {
            if (node.Lives != _life)
                _heardInThisLife.Clear();
            _life = node.Lives;
            if (!_heardInThisLife.Add(number))
                scenario.DeliveredTwice++;
            return _heard.Add(number);
        }
    }

    sealed class NotingActor(Scenario scenario, GossipNode node) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not Gossip.Delivered delivered)
            {
                Unhandled(message);
                return;
            }
            var number = BinaryPrimitives.ReadInt32BigEndian(delivered.Data.Span);
            if (scenario._subscribers[node].Note(number))
                scenario._publications[number].Note(scenario.Simulation.Now);
        }
    }
}

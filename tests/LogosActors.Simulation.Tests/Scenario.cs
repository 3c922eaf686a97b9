using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Simulation.Tests;

/// <summary>A network of nodes that all hear one topic, with meshes made: what most scenarios begin with.</summary>
sealed class Scenario : IDisposable
{
    public const string Topic = "t";

    /// <summary>The relay's parameters with meshes of eight.</summary>
    public static readonly GossipsubOptions MeshOfEight = GossipsubPresets.Relay with { D = 8, DLow = 6, DHigh = 12, DScore = 6, DOut = 3 };

    int _publisher;

    Scenario(int seed, NetworkConditions? conditions)
    {
        Host = DeterministicHost.Create(seed);
        Host.MaxTurns = long.MaxValue;
        Host.IsTraced = false;
        Network = new SimulatedNetwork(Host, conditions);
    }

    public DeterministicHost Host { get; }

    public SimulatedNetwork Network { get; }

    /// <param name="seed">Decides everything.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="dials">How many others each dials.</param>
    /// <param name="options">Null for <see cref="MeshOfEight"/>.</param>
    /// <param name="conditions">Null for the defaults.</param>
    /// <param name="traced">Whether the host's trace is kept.</param>
    public static Scenario Start(
        int seed, int nodes, int dials = 10, GossipsubOptions? options = null, NetworkConditions? conditions = null, bool traced = false)
    {
        var scenario = new Scenario(seed, conditions);
        scenario.Host.IsTraced = traced;
        for (var i = 0; i < nodes; i++)
            scenario.Network.Add(options ?? MeshOfEight);
        SimulatedNetwork.Subscribe(Topic, scenario.Network.Nodes);
        scenario.Network.ConnectRandomly(scenario.Network.Nodes, dials);
        scenario.Run(5);
        return scenario;
    }

    public void Run(double seconds) => Host.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>One message per second, each from another node that is up; then time for gossip to bring the last ones.</summary>
    /// <returns>The messages.</returns>
    public List<Publication> PublishEverySecond(int seconds, Func<SimulatedNode, bool>? from = null, double settle = 5, int size = 64)
    {
        var published = new List<Publication>();
        for (var second = 0; second < seconds; second++)
        {
            published.Add(Network.Publish(NextPublisher(from), Topic, size));
            Run(1);
        }
        Run(settle);
        return published;
    }

    /// <summary>The peers in a node's mesh of the topic.</summary>
    public IReadOnlyList<PeerId> MeshOf(SimulatedNode node) =>
        Host.Await(node.Gossipsub!.Ask<Gossip.GetStatus.Status>(new Gossip.GetStatus(Topic), TimeSpan.FromSeconds(5))).Mesh;

    public void Dispose()
    {
        Network.Dispose();
        Host.Dispose();
    }

    SimulatedNode NextPublisher(Func<SimulatedNode, bool>? from)
    {
        while (true)
        {
            // 7919 is prime, and so visits all nodes of any network of less than that.
            var node = Network.Nodes[(_publisher += 7919) % Network.Nodes.Count];
            if (node.Gossipsub is not null && from?.Invoke(node) != false)
                return node;
        }
    }
}

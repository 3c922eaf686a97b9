using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>A network of nodes that all want one content topic, of which some are stores; messages, crashes and what came of them.</summary>
sealed class DeliveryScenario : IDisposable
{
    const int Dials = 10;
    const int ChurnStream = 0x636875;

    public static readonly Autosharding Sharding = new(0, 1);
    public static readonly ContentTopic Topic = ContentTopic.Parse("/simulation/1/lobby/proto");
    public static readonly PubsubTopic Shard = new(0, 0);

    readonly DeterministicHost _host;
    readonly SimulatedNetwork _network;
    readonly SimulatedStores _stores;
    readonly Random _random;
    readonly List<DeliveringNode> _nodes = [];
    readonly List<Sent> _sent = [];
    double _crashesDue;

    /// <param name="host">With <see cref="Durable"/>.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="stores">How many of them are stores: the first ones.</param>
    /// <param name="options">How they receive.</param>
    public DeliveryScenario(DeterministicHost host, int nodes, int stores, ReceivingOptions options)
    {
        _host = host;
        host.MaxTurns = long.MaxValue;
        host.IsTraced = false;
        _random = new Random(host.Seed ^ ChurnStream);
        _network = new SimulatedNetwork(host);
        _stores = new SimulatedStores(_network, host.Time);
        for (var i = 0; i < nodes; i++)
        {
            var node = new DeliveringNode(host, _network, _network.Add(Scenario.MeshOfEight), _stores, options)
            {
                Archive = i < stores ? new SimulatedArchive() : null,
            };
            if (node.Archive is { } archive)
                _stores.Add(node.Node, archive);
            _nodes.Add(node);
        }
        _nodes.ForEach(node => node.Start());
        _network.ConnectRandomly(_network.Nodes, Dials);
    }

    public SimulatedNetwork Network => _network;

    public int Messages => _sent.Count;

    public int Crashes { get; private set; }

    /// <summary>Journals in memory: they outlive the nodes' actors.</summary>
    public static PersistenceOptions Durable => new()
    {
        Journal = new InMemoryJournal(),
        Snapshots = new InMemorySnapshotStore(),
        Serialization = EventSerialization.CreateBuilder().AddDelivery().Build(),
    };

    public void Run(int seconds) => _host.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Each second one of the nodes sends a message, and now and then some crash, for five seconds to thirty.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="churn">Which share of the nodes crashes in a minute.</param>
    public void SendEverySecond(int seconds, double churn)
    {
        for (var second = 0; second < seconds; second++)
        {
            Send(AnyNode());
            Run(1);
            for (_crashesDue += churn * _nodes.Count / 60; _crashesDue >= 1; _crashesDue--)
            {
                AnyNode().Crash(TimeSpan.FromSeconds(5 + (25 * _random.NextDouble())));
                Crashes++;
            }
        }
    }

    /// <summary>How many times a message has not been told where it should be: by each node but its sender.</summary>
    /// <param name="onlyIfUp">Whether only nodes count that were up when it was sent.</param>
    public int CountMissing(bool onlyIfUp = false) => _sent.Sum(sent => _nodes.Count(node =>
        node != sent.From && (!onlyIfUp || sent.Up.Contains(node)) && node.TimesTold(sent.Number) == 0));

    /// <summary>How many messages stores do not have, each store's counted.</summary>
    public int CountNotArchived() => _sent.Sum(sent => _nodes.Count(node => node.Archive?.Has(sent.Number) == false));

    /// <summary>How many times a message was told again, or by its sender.</summary>
    public int CountSuperfluous() => _sent.Sum(sent => _nodes.Sum(node => Math.Max(0, node.TimesTold(sent.Number) - (node == sent.From ? 0 : 1))));

    /// <summary>How many times a message was told.</summary>
    public int CountTold() => _sent.Sum(sent => _nodes.Sum(node => node.TimesTold(sent.Number)));

    /// <summary>How many messages their senders were told that stores do not have them: those that they have asked.</summary>
    public int CountDoubted() => _nodes.Sum(node => node.Doubted);

    /// <summary>Some of the messages that are missing somewhere, in words.</summary>
    public string DescribeMissing() => string.Join("; ", _sent
        .Select(sent => (sent, missing: _nodes.Count(node => node != sent.From && node.TimesTold(sent.Number) == 0)))
        .Where(one => one.missing > 0)
        .Take(10)
        .Select(one => $"message {one.sent.Number}, sent by {one.sent.From.Node} at {one.sent.At.TotalSeconds:0} s, is missing at {one.missing} nodes, "
            + $"and {_nodes.Count(node => node.Archive?.Has(one.sent.Number) == true)} stores have it"));

    public void Dispose()
    {
        _network.Dispose();
        _stores.Dispose();
    }

    void Send(DeliveringNode from)
    {
        from.Send(_sent.Count);
        _sent.Add(new Sent(_sent.Count, from, _network.Now, [.. _nodes.Where(node => node.Node.IsUp)]));
    }

    DeliveringNode AnyNode()
    {
        while (true)
        {
            var node = _nodes[_random.Next(_nodes.Count)];
            if (node.Node.IsUp)
                return node;
        }
    }

    sealed record Sent(int Number, DeliveringNode From, TimeSpan At, HashSet<DeliveringNode> Up);
}

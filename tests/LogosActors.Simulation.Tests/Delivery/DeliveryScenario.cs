using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations.Delivery;

/// <summary>A network of nodes that all subscribe to one content topic, of which some are stores; messages, kills and what came of them.</summary>
sealed class DeliveryScenario : IDisposable
{
    public const string Topic = "/simulation/1/lobby/proto";

    const int Dials = 10;

    readonly Simulation _simulation;
    readonly Random _random;
    readonly List<DeliveringNode> _nodes = [];
    readonly List<Sent> _sent = [];
    double _crashesDue;

    /// <param name="simulation">Where it runs.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="stores">How many of them are stores: the first ones. All nodes know them.</param>
    /// <param name="options">How they receive.</param>
    public DeliveryScenario(Simulation simulation, int nodes, int stores, ReceivingOptions options)
    {
        _simulation = simulation;
        _random = simulation.CreateRandom("churn");
        Network = new SimulatedNetwork(simulation) { Dials = Dials };
        for (var i = 0; i < nodes; i++)
        {
            var isStore = i < stores;
            var known = _nodes.Where(node => node.Archive is not null).Select(node => node.Node.Address);
            _nodes.Add(new DeliveringNode(
                Network, new NodeOptions { Receiving = options, StoreNodes = [.. known] }, isStore ? new InMemoryArchive() : null));
        }
    }

    public SimulatedNetwork Network { get; }

    public int Messages => _sent.Count;

    public int Crashes { get; private set; }

    public void Run(int seconds) => _simulation.RunFor(TimeSpan.FromSeconds(seconds));

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
                Network.Kill(AnyNode().Node, restartAfter: TimeSpan.FromSeconds(5 + (25 * _random.NextDouble())));
                Crashes++;
            }
        }
    }

    /// <summary>How many times a message has not been told where it should be: by each node but its sender.</summary>
    /// <param name="onlyIfUp">Whether only nodes count that were up when it was sent.</param>
    public int CountMissing(bool onlyIfUp = false) => _sent.Sum(sent => _nodes.Count(node =>
        node != sent.From && (!onlyIfUp || sent.Up.Contains(node)) && node.TimesTold(sent.Number) == 0));

    /// <summary>How many messages stores do not have, each store's counted.</summary>
    public int CountNotArchived() => _sent.Sum(sent => _nodes.Count(node => !node.Keeps(sent.Number)));

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
            + $"and {_nodes.Count(node => node.Archive is not null && node.Keeps(one.sent.Number))} stores have it"));

    public void Dispose() => Network.Dispose();

    void Send(DeliveringNode from)
    {
        from.Send(_sent.Count);
        _sent.Add(new Sent(_sent.Count, from, _simulation.Now, [.. _nodes.Where(node => node.Node.IsUp)]));
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

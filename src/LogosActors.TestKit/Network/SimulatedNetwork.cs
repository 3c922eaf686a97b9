using System.Runtime.ExceptionServices;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit.Network;

/// <summary>A network in memory for a <see cref="Simulation"/>: real nodes in virtual time, with latency, loss, partitions, kills and restarts.</summary>
/// <remarks>
/// Each node is a process of its own: an actor system with a <see cref="MessagingNode"/> that has everything but sockets and files. Its
/// journal is its <see cref="SimulatedStorage"/>, which outlives it. Connections are made by <see cref="Dials"/>, by the nodes' options
/// and by <see cref="Connect"/>; one that ends is dialed again. Use it from the simulation's thread.
/// <code>
/// using var simulation = new Simulation();
/// using var network = new SimulatedNetwork(simulation);
/// var (alice, bob) = (network.AddNode(), network.AddNode());
/// simulation.Wait(bob.Messaging.SubscribeAsync(["/chat/1/lobby/proto"]));
/// </code>
/// </remarks>
public sealed class SimulatedNetwork : IDisposable
{
    static readonly PersistencePlugins Persistence = new(SimulationConfig.JournalId, SimulationConfig.SnapshotStoreId);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly Dictionary<PeerId, SimulatedNode> _byId = [];
    readonly List<SimulatedNode> _nodes = [];
    readonly List<PrivateKey> _keys = [];
    readonly Random _random;

    /// <summary>Makes a network without nodes.</summary>
    /// <param name="simulation">Where it runs.</param>
    /// <param name="conditions">How messages travel; null for the defaults.</param>
    public SimulatedNetwork(Simulation simulation, NetworkConditions? conditions = null)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        Simulation = simulation;
        Wires = new GossipNetwork(simulation, conditions);
        _random = simulation.CreateRandom("topology");
    }

    /// <summary>How messages travel from now on.</summary>
    public NetworkConditions Conditions
    {
        get => Wires.Conditions;
        set => Wires.Conditions = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>How many nodes each node that is added is connected to, of those that are there, chosen by the seed.</summary>
    /// <value>Default 8. 0: only the nodes' options and <see cref="Connect"/> connect them.</value>
    public int Dials { get; init; } = 8;

    /// <summary>The nodes in the order in which they were added.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    internal Simulation Simulation { get; }

    internal GossipNetwork Wires { get; }

    /// <summary>Adds a node, and runs until its program has started it.</summary>
    /// <param name="options">Its settings; null for the defaults. A key that is not given is made from the seed.</param>
    /// <param name="program">What its process does at each start: attach handlers, start the node, subscribe. Null: it starts the node.</param>
    /// <exception cref="ArgumentException">The options name a directory or a database: the node's journal is its <see cref="SimulatedNode.Storage"/>.</exception>
    public SimulatedNode AddNode(NodeOptions? options = null, Func<MessagingNode, Task>? program = null)
    {
        options ??= new NodeOptions();
        if (options.DataDirectory is not null || options.Journal is not null)
            throw new ArgumentException("A simulated node has no files and no database; leave DataDirectory and Journal out: its journal is SimulatedNode.Storage.", nameof(options));
        var key = options.Key ?? NextKey();
        var place = Wires.Add(PeerId.FromPublicKey(key.PublicKey));
        var node = new SimulatedNode(place, options with { Key = key }, program ?? (static messaging => messaging.StartAsync()));
        var others = _nodes.ToList();
        _nodes.Add(node);
        _byId.Add(node.PeerId, node);
        Simulation.Wait(Start(node), Patience);
        Simulation.RunUntil(() => place.IsUp, Patience);
        for (var left = Math.Min(Dials, others.Count); left > 0; left--)
        {
            var chosen = others[_random.Next(others.Count)];
            others.Remove(chosen);
            Wires.Keep(place, chosen.Place);
        }
        return node;
    }

    /// <summary>Connects two nodes, and again whenever the connection has ended.</summary>
    public void Connect(SimulatedNode dialer, SimulatedNode listener)
    {
        ArgumentNullException.ThrowIfNull(dialer);
        ArgumentNullException.ThrowIfNull(listener);
        Wires.Keep(dialer.Place, listener.Place);
    }

    /// <summary>Splits the network: from now on only nodes of the same part reach each other. They notice after <see cref="NetworkConditions.KeepAlive"/>.</summary>
    /// <param name="part">The part of each node.</param>
    public void Partition(Func<SimulatedNode, int> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        Wires.Partition(place => part(_byId[place.Id]));
    }

    /// <summary>Ends a partition; nodes that were connected dial each other again within 2 s.</summary>
    public void Heal() => Wires.Heal();

    /// <summary>Ends a node's process as <c>kill -9</c> does. Its storage stays; its peers notice after <see cref="NetworkConditions.KeepAlive"/>.</summary>
    /// <param name="node">A node that is up.</param>
    /// <param name="restartAfter">When it is started again; null: when <see cref="Restart"/> is called.</param>
    public void Kill(SimulatedNode node, TimeSpan? restartAfter = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        var system = node.System;
        node.Kill();
        Simulation.Kill(system);
        node.Place.TakeDown();
        if (restartAfter is { } delay)
            Wires.After(delay, () => _ = StartAndWatchAsync(node));
    }

    /// <summary>Starts a node's process again, with the same key and the same storage, and runs until its program has started it.</summary>
    /// <param name="node">A node that was killed.</param>
    /// <exception cref="InvalidOperationException">The node is up.</exception>
    public void Restart(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.IsUp)
            throw new InvalidOperationException($"{node} is up; Kill ends its process.");
        Simulation.Wait(Start(node), Patience);
    }

    /// <summary>Ends the network; the simulation ends the nodes.</summary>
    public void Dispose()
    {
        Wires.Dispose();
        foreach (var node in _nodes)
            node.Kill();
        foreach (var key in _keys)
            key.Dispose();
    }

    internal SimulatedNode? Find(PeerId peer) => _byId.GetValueOrDefault(peer);

    Task Start(SimulatedNode node)
    {
        var setup = new NodeHostSetup((key, _) => node.Host!, Persistence);
        var system = Simulation.CreateSystem($"node-{node.Number}", node.Storage, setups: [setup]);
        var process = Simulation.ProcessOf(system);
        node.Host = new SimulatedHost(this, node, node.Options.Key!, system, process);
        if (node.Options.Mode is NodeMode.Edge)
            node.Host.StartWithoutGossipsub();
        Task? running = null;
        Simulation.Loop.Call(process, _ => running = node.RunAsync(system, process.Storage), 0);
        return running!;
    }

    /// <summary>A program that fails when nobody waits for it makes the run fail.</summary>
    async Task StartAndWatchAsync(SimulatedNode node)
    {
        try
        {
            await Start(node);
        }
#pragma warning disable CA1031 // the run throws it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Simulation.Post(() => ExceptionDispatchInfo.Throw(e));
        }
    }

    PrivateKey NextKey()
    {
        // The encoding of a private key: type 2 (secp256k1), 32 bytes of data.
        Span<byte> encoded = stackalloc byte[36];
        (encoded[0], encoded[1], encoded[2], encoded[3]) = (0x08, 0x02, 0x12, 32);
        while (true)
        {
            _random.NextBytes(encoded[4..]);
            if (!PrivateKey.TryDecode(encoded, out var key, out _))
                continue;
            _keys.Add(key);
            return key;
        }
    }
}

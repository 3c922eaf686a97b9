using Akka.Actor;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.TestKit.Network;

/// <summary>One node in a <see cref="SimulatedNetwork"/>: a process with an actor system, a storage and a real <see cref="MessagingNode"/>.</summary>
public sealed class SimulatedNode
{
    readonly Func<MessagingNode, Task> _program;
    MessagingNode? _messaging;
    ActorSystem? _system;

    internal SimulatedNode(GossipNode place, NodeOptions options, Func<MessagingNode, Task> program)
    {
        (Place, Options, _program) = (place, options, program);
        Address = Multiaddr.Parse($"/ip4/{place.Address}/tcp/60000").Encapsulate(place.Id);
    }

    /// <summary>The node's number in the network, from 1.</summary>
    public int Number => Place.Number;

    /// <summary>Who the node is, in all its lives.</summary>
    public PeerId PeerId => Place.Id;

    /// <summary>Where others can dial it: for <see cref="NodeOptions.EntryNodes"/> and <see cref="NodeOptions.StoreNodes"/>.</summary>
    public Multiaddr Address { get; }

    /// <summary>Whether the node's process runs.</summary>
    public bool IsUp => _messaging is not null;

    /// <summary>The node, of the process that runs now.</summary>
    /// <exception cref="InvalidOperationException">The node was killed and not restarted.</exception>
    public MessagingNode Messaging => _messaging ?? throw IsDown();

    /// <summary>The actor system of the process that runs now.</summary>
    /// <exception cref="InvalidOperationException">The node was killed and not restarted.</exception>
    public ActorSystem System => _system ?? throw IsDown();

    /// <summary>The node's journal, which outlives its processes.</summary>
    public SimulatedStorage? Storage { get; private set; }

    internal GossipNode Place { get; }

    internal NodeOptions Options { get; }

    internal SimulatedHost? Host { get; set; }

    /// <summary>What the node answers in place of the truth; null: it is honest.</summary>
    internal ServiceFault? Fault { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"node {Number}";

    internal async Task RunAsync(ActorSystem system, SimulatedStorage storage)
    {
        (_system, Storage) = (system, storage);
        _messaging = await MessagingNode.CreateAsync(Options, system: system);
        await _program(_messaging);
    }

    internal void Kill()
    {
        if (_messaging is not null)
            NodeHostSetup.Abandon(_messaging);
        Host?.Close();
        (_messaging, _system, Host) = (null, null, null);
    }

    InvalidOperationException IsDown() => new($"{this} is down; SimulatedNetwork.Restart starts it again.");
}

using System.Net;
using LogosActors.Actors;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Simulation.Tests;

/// <summary>What a puppet does with an RPC that comes to it.</summary>
delegate void HearRpc(SimulatedLink link, ReadOnlySpan<byte> rpc);

/// <summary>One node of a simulated network: a <see cref="GossipsubActor"/>, or a puppet in the test's hands.</summary>
sealed class SimulatedNode(int number, IPAddress address)
{
    readonly HashSet<int> _delivered = [];
    readonly HashSet<int> _deliveredInThisLife = [];

    public int Number => number;

    public PeerId Id { get; } = NumberedId(number);

    public IPAddress Address => address;

    /// <summary>Null while the node is down, and for a puppet.</summary>
    public ActorRef? Gossipsub { get; set; }

    public ActorRef? Subscriber { get; set; }

    public GossipsubSettings? Settings { get; init; }

    /// <summary>What a puppet hears; null for other nodes.</summary>
    public HearRpc? Hear { get; init; }

    /// <summary>Told to a puppet when it is connected.</summary>
    public Action<SimulatedLink>? Greet { get; init; }

    public bool IsUp => Gossipsub is not null || Hear is not null;

    public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

    public Dictionary<SimulatedNode, SimulatedLink> Links { get; } = [];

    /// <summary>Which part of a partitioned network the node is in.</summary>
    public int Part { get; set; }

    /// <summary>When all that the node has sent has left it, in ticks.</summary>
    public long SentAt { get; set; }

    /// <summary>Messages that came to the subscriber more than once since the node's last start: always 0.</summary>
    public int DeliveredTwice { get; private set; }

    public bool HasHeard(int message) => _delivered.Contains(message);

    /// <returns>False when the message had been delivered before, in an earlier life perhaps.</returns>
    public bool NoteDelivery(int message)
    {
        if (!_deliveredInThisLife.Add(message))
            DeliveredTwice++;
        return _delivered.Add(message);
    }

    /// <summary>The node starts, and remembers nothing.</summary>
    public void BeginLife() => _deliveredInThisLife.Clear();

    public override string ToString() => $"node {number}";

    static PeerId NumberedId(int number) =>
        PeerId.TryDecode([0, 4, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number], out var id, out _)
            ? id
            : throw new InvalidOperationException("The bytes are a multihash.");
}

/// <summary>Notes what a node delivers.</summary>
sealed class NotingActor(SimulatedNetwork network, SimulatedNode node) : Actor
{
    protected override void Receive(object message)
    {
        if (message is Gossip.Delivered delivered)
            network.NoteDelivery(node, delivered.Data.Span);
        else
            Unhandled(message);
    }
}

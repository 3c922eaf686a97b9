using System.Net;
using Akka.Actor;
using LogosActors.Libp2p.Identity;

namespace LogosActors.TestKit.Network;

/// <summary>What a puppet does with an RPC that it receives.</summary>
internal delegate void HearRpc(GossipLink link, ReadOnlySpan<byte> rpc);

/// <summary>One place in a <see cref="GossipNetwork"/>: a node that runs gossipsub, or a puppet in the hands of the test.</summary>
internal sealed class GossipNode(int number, PeerId id, IPAddress address)
{
    public int Number => number;

    public PeerId Id => id;

    public IPAddress Address => address;

    /// <summary>Takes what <see cref="Libp2p.Gossipsub.Gossip"/> has for subscribers and publishers; null while the node is down, and for a puppet.</summary>
    public IActorRef? Gossipsub { get; set; }

    /// <summary>Takes what links say; null until the node's actors have started.</summary>
    public IActorRef? Router { get; set; }

    /// <summary>How often the node was started.</summary>
    public int Lives { get; set; }

    /// <summary>What a puppet hears; null for other nodes.</summary>
    public HearRpc? Hear { get; init; }

    /// <summary>Called for a puppet when it is connected.</summary>
    public Action<GossipLink>? Greet { get; init; }

    /// <summary>Called when a connection of this node was opened (true) or has ended.</summary>
    public Action<GossipLink, bool>? Observer { get; set; }

    public bool IsUp => Router is not null || Hear is not null;

    public Dictionary<GossipNode, GossipLink> Links { get; } = [];

    /// <summary>Which part of a partitioned network the node is in.</summary>
    public int Part { get; set; }

    /// <summary>When all that the node has sent has left it, in ticks.</summary>
    public long SentAt { get; set; }

    public override string ToString() => $"node {number}";
}

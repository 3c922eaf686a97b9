using System.Net;
using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
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

    /// <summary>Takes what <see cref="Gossip"/> has for subscribers and publishers; null while the node is down, and for a puppet.</summary>
    public IActorRef? Gossipsub { get; set; }

    /// <summary>Takes what links say; null until the node's actors have started.</summary>
    public IActorRef? Router
    {
        get;
        set
        {
            field = value;
            PublishedRouter.Value = value ?? ActorRefs.Nobody;
        }
    }

    /// <summary>The same, for <see cref="GossipsubTopics"/>.</summary>
    public Published<IActorRef> PublishedRouter { get; } = new(ActorRefs.Nobody);

    /// <summary>How often the node was started.</summary>
    public int Lives { get; set; }

    /// <summary>What a puppet hears; null for other nodes.</summary>
    public HearRpc? Hear { get; init; }

    /// <summary>Called for a puppet when it is connected.</summary>
    public Action<GossipLink>? Greet { get; init; }

    /// <summary>Called when a connection of this node was opened (true) or has ended.</summary>
    public Action<GossipLink, bool>? Observer { get; set; }

    /// <summary>Whether the node is up without gossipsub: one in edge mode.</summary>
    public bool IsWithoutGossipsub { get; private set; }

    public bool IsUp => Router is not null || Hear is not null || IsWithoutGossipsub;

    public Dictionary<GossipNode, GossipLink> Links { get; } = [];

    /// <summary>Which part of a partitioned network the node is in.</summary>
    public int Part { get; set; }

    /// <summary>When all that the node has sent has left it, in ticks.</summary>
    public long SentAt { get; set; }

    /// <summary>Starts the node's gossipsub, which knows nothing; it can be connected when the actors have run.</summary>
    public void Start(ActorSystem system, GossipsubSettings settings)
    {
        Lives++;
        Gossipsub = system.ActorOf(GossipNodeActor.Props(this, Libp2p.Gossipsub.Gossip.Props(settings)), $"gossipsub-{Number}-{Lives}");
    }

    /// <summary>Brings the node up without gossipsub.</summary>
    public void StartWithoutGossipsub()
    {
        Lives++;
        IsWithoutGossipsub = true;
    }

    /// <summary>Takes the node off the network at once; its peers notice later. Whoever has started it ends its actors.</summary>
    public void TakeDown() => End(DisconnectReason.Stopped);

    /// <summary>Takes the node off the network in good order; its peers notice at once.</summary>
    public void Leave() => End(DisconnectReason.RouterRestarted);

    /// <summary>Ends the connection to a peer, which is not dialed again.</summary>
    public void Disconnect(GossipNode peer)
    {
        if (!Links.TryGetValue(peer, out var link))
            return;
        foreach (var end in new[] { link, link.Other })
        {
            end.Forget();
            end.Break();
        }
    }

    public override string ToString() => $"node {number}";

    void End(DisconnectReason reason)
    {
        (Gossipsub, Router, IsWithoutGossipsub) = (null, null, false);
        foreach (var link in Links.Values.ToList())
            link.Close(reason);
    }
}

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A topic that we, or connected peers, are subscribed to: who is, and whom we exchange full messages with.</summary>
/// <param name="name">The topic.</param>
/// <param name="maxBackoffs">How many back-offs are remembered.</param>
internal sealed class TopicState(string name, int maxBackoffs)
{
    public string Name { get; } = name;

    /// <summary>Its index in <see cref="PeerScore"/>, given when we join; −1: it does not count.</summary>
    public int ScoreIndex { get; set; } = -1;

    /// <summary>Whether we are subscribed.</summary>
    public bool IsJoined { get; set; }

    /// <summary>The connected peers that are subscribed.</summary>
    public HashSet<GossipsubPeer> Peers { get; } = [];

    /// <summary>The peers with whom we exchange full messages while subscribed.</summary>
    public HashSet<GossipsubPeer> Mesh { get; } = [];

    /// <summary>Those that have come into the mesh since the last heartbeat: what was published before has passed them by.</summary>
    public HashSet<GossipsubPeer> NewInMesh { get; } = [];

    /// <summary>The peers to whom we publish while not subscribed.</summary>
    public HashSet<GossipsubPeer> Fanout { get; } = [];

    /// <summary>When we last published while not subscribed.</summary>
    public TimeSpan LastPublished { get; set; }

    public Backoffs Backoffs { get; } = new(maxBackoffs);

    /// <summary>Whether nothing would be lost by forgetting the topic.</summary>
    public bool IsIdle => !IsJoined && Peers.Count == 0 && Fanout.Count == 0 && Backoffs.Count == 0;
}

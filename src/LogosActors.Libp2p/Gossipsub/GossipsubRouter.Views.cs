using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What operators and health checks look at.</summary>
internal sealed partial class GossipsubRouter
{
    /// <summary>Connected peers.</summary>
    public IReadOnlyCollection<PeerId> Peers => _peers.Keys;

    /// <summary>Topics that we are subscribed to.</summary>
    public IEnumerable<string> Subscriptions => _topics.Values.Where(topic => topic.IsJoined).Select(topic => topic.Name);

    /// <summary>Messages that can be asked for by IWANT.</summary>
    public int CachedMessages => _cache.Count;

    /// <summary>Messages whose validation is under way.</summary>
    public int PendingValidations => _pending.Count;

    /// <summary>Ids that are known as duplicates.</summary>
    public int SeenMessages => _seen.Count;

    /// <summary>Topics that are known.</summary>
    public int KnownTopics => _topics.Count;

    /// <summary>The peers in our mesh of the topic.</summary>
    public IEnumerable<PeerId> MeshOf(string topic) => _topics.TryGetValue(topic, out var state) ? state.Mesh.Select(peer => peer.Id) : [];

    /// <summary>The connected peers that are subscribed to the topic.</summary>
    public IEnumerable<PeerId> PeersOf(string topic) => _topics.TryGetValue(topic, out var state) ? state.Peers.Select(peer => peer.Id) : [];

    /// <summary>The peers to whom we publish while not subscribed.</summary>
    public IEnumerable<PeerId> FanoutOf(string topic) => _topics.TryGetValue(topic, out var state) ? state.Fanout.Select(peer => peer.Id) : [];

    /// <summary>The score of a peer, also of one that left; 0 when nothing is known of it.</summary>
    public double ScoreOf(PeerId peer) => _score.Of(peer);

    /// <summary>Whether a connected peer has said what it is subscribed to, of topics that are noted.</summary>
    public bool IsSubscribedToAny(PeerId peer) => _peers.TryGetValue(peer, out var state) && state.Topics.Count > 0;

    /// <summary>How many messages and bytes wait for a peer.</summary>
    public (int Messages, long Bytes) QueuedFor(PeerId peer) => _peers.TryGetValue(peer, out var state) ? (state.Queue.Count, state.Queue.Size) : default;
}

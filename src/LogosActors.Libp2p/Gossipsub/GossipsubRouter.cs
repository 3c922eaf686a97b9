using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The gossipsub router: v1.0, v1.1 and IDONTWANT of v1.2.</summary>
/// <remarks>
/// Pure: each input carries the time, the random numbers come from the caller, and what is to be done is taken with
/// <see cref="TryTakeEffect"/>. Not safe for concurrent use: one owner calls it. <c>now</c> is the time since any fixed
/// moment and must not run backwards. Every table is bounded by <see cref="GossipsubLimits"/>.
/// </remarks>
internal sealed partial class GossipsubRouter
{
    readonly GossipsubOptions _options;
    readonly GossipsubLimits _limits;
    readonly Random _random;
    readonly Predicate<string> _accepts;
    readonly Dictionary<PeerId, GossipsubPeer> _peers = [];
    readonly HashSet<PeerId> _direct;
    readonly List<GossipsubPeer> _connectedDirect = [];
    readonly Dictionary<string, TopicState> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<string, TopicState>.AlternateLookup<ReadOnlySpan<char>> _topicsByText;
    readonly PeerScore _score;
    readonly SeenCache _seen;
    readonly MessageCache _cache;
    readonly MessageSlabs _slabs = new();
    readonly OutboundBudget _outbound;
    readonly RecentMessages _recent = new();
    readonly GossipPromises _promises;
    readonly Dictionary<MessageId, GossipMessage> _pending = [];
    readonly Queue<GossipsubEffect> _effects = new();
    readonly GossipsubRpc _rpc = new();
    readonly List<GossipsubPeer> _candidates = [];
    readonly List<MessageId> _ids = [];
    long _pendingSize;

    /// <param name="options">Validated here.</param>
    /// <param name="random">The source of every choice; the same seed and inputs give the same effects.</param>
    /// <param name="directPeers">Explicit peers (spec v1.1 §Explicit Peering Agreements).</param>
    /// <param name="accepts">Which topics of peers' subscriptions are noted; null: any, within the limits.</param>
    /// <exception cref="ArgumentException">The options contradict the specification or themselves.</exception>
    public GossipsubRouter(GossipsubOptions options, Random random, IEnumerable<PeerId>? directPeers = null, Predicate<string>? accepts = null)
    {
        _options = options.EnsureValid();
        _limits = options.Limits;
        _random = random;
        _accepts = accepts ?? (_ => true);
        _direct = [.. directPeers ?? []];
        _topicsByText = _topics.GetAlternateLookup<ReadOnlySpan<char>>();
        _score = new PeerScore(options.Score);
        _seen = new SeenCache(options.SeenTtl, options.SeenCapacity);
        _cache = new MessageCache(options.HistoryLength, options.HistoryGossip, options.HistorySize.Bytes);
        _outbound = new OutboundBudget(_limits.QueuedSizeOfAll.Bytes);
        _promises = new GossipPromises(_limits.Promises);
    }

    /// <summary>Takes the next thing to do. Take them all after each input; running one may be an input itself.</summary>
    public bool TryTakeEffect(out GossipsubEffect effect) => _effects.TryDequeue(out effect);

    /// <summary>A peer is connected and speaks one of <see cref="GossipsubOptions.Protocols"/>. It is told our subscriptions.</summary>
    /// <param name="id">Who.</param>
    /// <param name="version">What its protocol id stands for.</param>
    /// <param name="direction">Who dialled.</param>
    /// <param name="address">Where it is connected from; null: not known, and not counted for P₆.</param>
    public void PeerConnected(PeerId id, GossipsubVersion version, PeerDirection direction, IPAddress? address)
    {
        if (_peers.ContainsKey(id))
            return;
        var isDirect = _direct.Contains(id);
        if (_peers.Count >= _limits.Peers && !isDirect)
        {
            _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Disconnect, id, Reason: DisconnectReason.TooManyPeers));
            return;
        }
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        var peer = new GossipsubPeer(id, version, direction, isDirect, _score.Connect(id, address), _limits, _outbound);
        _peers.Add(id, peer);
        if (isDirect)
            _connectedDirect.Add(peer);
        foreach (var topic in _topics.Values)
        {
            if (topic.IsJoined)
                peer.Queue.Subscription(topic.Name, subscribe: true);
        }
        Announce(peer);
    }

    /// <summary>A peer is gone; what was queued for it is lost, its score is remembered for a while.</summary>
    public void PeerDisconnected(PeerId id, TimeSpan now)
    {
        if (!_peers.Remove(id, out var peer))
            return;
        peer.Queue.Clear();
        _connectedDirect.Remove(peer);
        foreach (var topic in peer.Topics)
        {
            topic.Peers.Remove(peer);
            topic.Fanout.Remove(peer);
            RemoveFromMesh(topic, peer);
            RemoveIfIdle(topic);
        }
        _promises.Remove(peer);
        _score.Disconnect(id, now);
    }

    /// <summary>The signed record of a connected peer is known, from Identify: pruned peers are offered it.</summary>
    /// <param name="id">Whose record.</param>
    /// <param name="envelope">A checked envelope; ignored over <see cref="GossipsubLimits.PeerRecordSize"/>.</param>
    public void PeerRecordKnown(PeerId id, ReadOnlyMemory<byte> envelope)
    {
        if (_peers.TryGetValue(id, out var peer) && envelope.Length <= _limits.PeerRecordSize.Bytes)
            peer.SignedRecord = envelope;
    }

    /// <summary>P₅: the application's opinion of a connected peer.</summary>
    public void SetApplicationScore(PeerId id, double score)
    {
        if (_peers.TryGetValue(id, out var peer))
            peer.Stats.SetApplicationScore(score);
    }

    /// <summary>Whether a topic's name is within the limit, so that <see cref="Subscribe"/> joins it.</summary>
    public static bool MayJoin(string name, GossipsubLimits limits) => System.Text.Encoding.UTF8.GetByteCount(name) <= limits.TopicLength;

    /// <summary>Subscribes to a topic: peers are told, and a mesh is formed (spec v1.0 §JOIN).</summary>
    /// <returns>False when we are subscribed already, or may not join.</returns>
    public bool Subscribe(string name, TimeSpan now)
    {
        if (!MayJoin(name, _limits) || FindOrAdd(name, isOurs: true) is not { IsJoined: false } topic)
            return false;
        topic.IsJoined = true;
        topic.ScoreIndex = _score.IndexOf(name);
        foreach (var peer in topic.Fanout)
        {
            if (Score(peer) >= 0 && topic.Mesh.Count < _options.D && !topic.Backoffs.Holds(peer.Id, now, _options.BackoffSlack))
                Graft(topic, peer, now);
        }
        topic.Fanout.Clear();
        if (topic.Mesh.Count < _options.D)
            GraftCandidates(topic, _options.D - topic.Mesh.Count, now, _ => true);
        foreach (var peer in _peers.Values)
        {
            peer.Queue.Subscription(name, subscribe: true);
            Announce(peer);
        }
        return true;
    }

    /// <summary>Leaves a topic: its mesh is pruned, and for a shorter back-off than usual not grafted again (spec v1.1 §PRUNE Backoff).</summary>
    /// <returns>False when we are not subscribed.</returns>
    public bool Unsubscribe(string name, TimeSpan now)
    {
        if (!_topics.TryGetValue(name, out var topic) || !topic.IsJoined)
            return false;
        topic.IsJoined = false;
        foreach (var peer in topic.Mesh)
            Prune(topic, peer, _options.UnsubscribeBackoff, exchange: true, now);
        foreach (var peer in _peers.Values)
        {
            peer.Queue.Subscription(name, subscribe: false);
            Announce(peer);
        }
        RemoveIfIdle(topic);
        return true;
    }

    /// <summary>Writes the next RPC for the peer, without a length prefix.</summary>
    /// <returns>False when nothing waits; there will be a new <see cref="GossipsubEffectKind.Send"/>.</returns>
    public bool TryTakeOutbound(PeerId id, IBufferWriter<byte> output, TimeSpan now)
    {
        if (!_peers.TryGetValue(id, out var peer))
            return false;
        _rpc.Clear();
        while (_rpc.IsEmpty)
        {
            if (peer.Queue.IsEmpty)
            {
                peer.Queue.IsAnnounced = false;
                return false;
            }
            peer.Queue.Take(_rpc, peer, now);
        }
        _rpc.WriteTo(output);
        return true;
    }

    double Score(GossipsubPeer peer) => _score.Of(peer.Stats);

    void Announce(GossipsubPeer peer)
    {
        if (peer.Queue.IsAnnounced || peer.Queue.IsEmpty)
            return;
        peer.Queue.IsAnnounced = true;
        _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Send, peer.Id));
    }

    void Disconnect(GossipsubPeer peer, DisconnectReason reason)
    {
        if (peer.IsDisconnecting)
            return;
        peer.IsDisconnecting = true;
        _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Disconnect, peer.Id, Reason: reason));
    }

    TopicState? Find(ReadOnlySpan<byte> name)
    {
        // The codec has checked the length: at most 1024 bytes, and UTF-16 takes no more characters than UTF-8 bytes.
        Span<char> text = stackalloc char[name.Length];
        return System.Text.Encoding.UTF8.TryGetChars(name, text, out var length) && _topicsByText.TryGetValue(text[..length], out var topic) ? topic : null;
    }

    TopicState? FindOrAdd(string name, bool isOurs)
    {
        if (_topics.TryGetValue(name, out var topic))
            return topic;
        if (!isOurs && _topics.Count >= _limits.Topics)
            return null;
        topic = new TopicState(name, _limits.BackoffsPerTopic);
        _topics.Add(name, topic);
        return topic;
    }

    void RemoveIfIdle(TopicState topic)
    {
        if (topic.IsIdle)
            _topics.Remove(topic.Name);
    }

    Span<GossipsubPeer> Shuffled(List<GossipsubPeer> peers)
    {
        var span = CollectionsMarshal.AsSpan(peers);
        _random.Shuffle(span);
        return span;
    }
}

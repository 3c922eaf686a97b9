using System.Net;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The score function: what each peer's behaviour adds up to (spec v1.1 §Peer Scoring).</summary>
/// <remarks>
/// Topics are those we have joined, by the index that <see cref="IndexOf"/> gives them; no peer can add any.
/// A score is computed when it is asked for and a counter has changed, else remembered.
/// </remarks>
internal sealed class PeerScore(PeerScoreOptions options)
{
    readonly Dictionary<PeerId, PeerStats> _peers = [];
    readonly Dictionary<IPAddress, int> _addresses = [];
    readonly Queue<PeerId> _retained = new();
    readonly Dictionary<string, int> _topicIndexes = new(StringComparer.Ordinal);
    readonly List<TopicScoreParameters> _topics = [];
    TimeSpan? _decayed;

    /// <summary>Peers with counters, connected or remembered.</summary>
    public int Count => _peers.Count;

    /// <summary>The index of a topic we join; −1: it does not count.</summary>
    public int IndexOf(string topic)
    {
        if (!options.Enabled || options.For(topic) is not { } parameters)
            return -1;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_topicIndexes, topic, out var exists);
        if (exists)
            return index;
        index = _topics.Count;
        _topics.Add(parameters);
        return index;
    }

    public TopicScoreParameters Parameters(int topic) => _topics[topic];

    /// <summary>A peer connects; what is remembered of it counts again.</summary>
    public PeerStats Connect(PeerId peer, IPAddress? address)
    {
        ref var stats = ref CollectionsMarshal.GetValueRefOrAddDefault(_peers, peer, out var exists);
        stats ??= new PeerStats();
        if (exists)
            CountAddress(stats.Address, -1);
        stats.IsConnected = true;
        stats.IsStale = true;
        stats.Address = address;
        CountAddress(address, 1);
        return stats;
    }

    /// <summary>A peer leaves. A positive score is forgotten, so that it cannot be kept for later; others are retained.</summary>
    public void Disconnect(PeerId peer, TimeSpan now)
    {
        var stats = _peers[peer];
        if (Of(stats) > 0 || options.RetainScore == TimeSpan.Zero || options.MaxRetainedScores == 0 || !HasHistory(stats))
        {
            Forget(peer, stats);
            return;
        }
        for (var topic = 0; topic < stats.Topics.Length; topic++)
        {
            stats.Topics[topic].FirstMessageDeliveries = 0;
            if (stats.Topics[topic].InMesh)
                Prune(stats, topic);
        }
        (stats.IsConnected, stats.IsStale, stats.ForgetAt) = (false, true, now + options.RetainScore);
        _retained.Enqueue(peer);
        while (_retained.Count > options.MaxRetainedScores)
            ForgetRetained(_retained.Dequeue(), TimeSpan.MaxValue);
    }

    public double Of(PeerStats stats)
    {
        if (!stats.IsStale)
            return stats.Score;
        stats.IsStale = false;
        return stats.Score = options.Enabled ? Compute(stats) : 0;
    }

    /// <summary>The score of a peer that may have left.</summary>
    public double Of(PeerId peer) => _peers.TryGetValue(peer, out var stats) ? Of(stats) : 0;

    /// <summary>The peer leaves the mesh; a deficit of deliveries sticks (P₃b).</summary>
    public void Prune(PeerStats stats, int topic)
    {
        if (topic < 0)
            return;
        ref var counters = ref stats.Topic(topic);
        var deficit = counters.Deficit(_topics[topic]);
        counters.MeshFailurePenalty += deficit * deficit;
        (counters.InMesh, counters.MeshMessageDeliveriesActive) = (false, false);
    }

    /// <summary>P₂, P₃: the peer was the first to send a message that turned out valid.</summary>
    public void FirstDelivery(PeerStats stats, int topic)
    {
        if (topic < 0)
            return;
        ref var counters = ref stats.Topic(topic);
        counters.FirstMessageDeliveries = Math.Min(counters.FirstMessageDeliveries + 1, _topics[topic].FirstMessageDeliveriesCap);
        MeshDelivery(stats, topic);
    }

    /// <summary>P₃: the peer sent a valid message while it was validated, or within the window after.</summary>
    public void MeshDelivery(PeerStats stats, int topic)
    {
        if (topic < 0)
            return;
        ref var counters = ref stats.Topic(topic);
        if (counters.InMesh)
            counters.MeshMessageDeliveries = Math.Min(counters.MeshMessageDeliveries + 1, _topics[topic].MeshMessageDeliveriesCap);
    }

    /// <summary>Updates the time in the mesh, decays counters when it is time to, and forgets peers that are long gone.</summary>
    public void Refresh(TimeSpan now)
    {
        _decayed ??= now;
        var decays = now - _decayed.Value >= options.DecayInterval;
        if (decays)
            _decayed = now;
        while (_retained.TryPeek(out var peer) && ForgetRetained(peer, now))
            _retained.Dequeue();
        foreach (var stats in _peers.Values)
        {
            // The score of a peer that left stands still: it cannot be waited out by staying away.
            if (!stats.IsConnected)
                continue;
            for (var topic = 0; topic < stats.Topics.Length; topic++)
            {
                ref var counters = ref stats.Topics[topic];
                if (!decays && !counters.InMesh)
                    continue;
                stats.IsStale = true;
                Refresh(ref counters, _topics[topic], decays, now);
            }
            if (!decays)
                continue;
            stats.IsStale = true;
            stats.BehaviourPenalty = Decay(stats.BehaviourPenalty, options.BehaviourPenaltyDecay);
            stats.SlowPeerPenalty = Decay(stats.SlowPeerPenalty, options.SlowPeerDecay);
        }
    }

    void Refresh(ref TopicStats counters, TopicScoreParameters parameters, bool decays, TimeSpan now)
    {
        if (counters.InMesh)
        {
            counters.MeshTime = now - counters.GraftedAt;
            counters.MeshMessageDeliveriesActive |= counters.MeshTime > parameters.MeshMessageDeliveriesActivation;
        }
        if (!decays)
            return;
        counters.FirstMessageDeliveries = Decay(counters.FirstMessageDeliveries, parameters.FirstMessageDeliveriesDecay);
        counters.MeshMessageDeliveries = Decay(counters.MeshMessageDeliveries, parameters.MeshMessageDeliveriesDecay);
        counters.MeshFailurePenalty = Decay(counters.MeshFailurePenalty, parameters.MeshFailurePenaltyDecay);
        counters.InvalidMessageDeliveries = Decay(counters.InvalidMessageDeliveries, parameters.InvalidMessageDeliveriesDecay);
    }

    double Decay(double counter, double factor) => counter * factor is var decayed && decayed < options.DecayToZero ? 0 : decayed;

    double Compute(PeerStats stats)
    {
        var topics = 0.0;
        for (var topic = 0; topic < stats.Topics.Length; topic++)
            topics += stats.Topics[topic].Score(_topics[topic]);
        if (options.TopicScoreCap > 0)
            topics = Math.Min(topics, options.TopicScoreCap);
        return topics
            + (stats.ApplicationScore * options.ApplicationWeight)
            + (Square(Colocated(stats.Address) - options.IpColocationThreshold) * options.IpColocationWeight)
            + (Square(stats.BehaviourPenalty - options.BehaviourPenaltyThreshold) * options.BehaviourPenaltyWeight)
            + (Math.Max(0, stats.SlowPeerPenalty - options.SlowPeerThreshold) * options.SlowPeerWeight);
    }

    static double Square(double excess) => excess > 0 ? excess * excess : 0;

    int Colocated(IPAddress? address) => address is not null && _addresses.TryGetValue(address, out var count) ? count : 0;

    static bool HasHistory(PeerStats stats)
    {
        if (stats.BehaviourPenalty > 0 || stats.SlowPeerPenalty > 0 || stats.Score < 0)
            return true;
        foreach (ref readonly var topic in stats.Topics)
        {
            if (topic.InvalidMessageDeliveries > 0 || topic.MeshFailurePenalty > 0 || topic.MeshMessageDeliveriesActive)
                return true;
        }
        return false;
    }

    void CountAddress(IPAddress? address, int change)
    {
        if (address is null || options.IpColocationWhitelist.Any(network => network.Contains(address)))
            return;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_addresses, address, out _);
        count += change;
        if (count == 0)
            _addresses.Remove(address);
        foreach (var stats in _peers.Values)
            stats.IsStale |= address.Equals(stats.Address);
    }

    bool ForgetRetained(PeerId peer, TimeSpan now)
    {
        if (!_peers.TryGetValue(peer, out var stats) || stats.IsConnected)
            return true;
        if (stats.ForgetAt > now)
            return false;
        Forget(peer, stats);
        return true;
    }

    void Forget(PeerId peer, PeerStats stats)
    {
        _peers.Remove(peer);
        CountAddress(stats.Address, -1);
    }
}

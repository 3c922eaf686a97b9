using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

internal sealed partial class GossipsubRouter
{
    int _heartbeat;
    TimeSpan? _opportunisticGraft;
    TimeSpan? _directConnect;

    /// <summary>One beat: scores decay, meshes are mended, gossip goes out. Due every <see cref="GossipsubOptions.HeartbeatInterval"/>.</summary>
    public void Heartbeat(TimeSpan now)
    {
        _heartbeat++;
        _score.Refresh(now);
        PenaliseBrokenPromises(now);
        foreach (var peer in _peers.Values)
        {
            if (peer.Queue.TakeDropped(now) is var dropped and > 0)
                peer.Stats.AddSlowness(dropped);
            peer.BeginHeartbeat(_heartbeat);
            IsGraylisted(peer);
        }
        _seen.Expire(now);
        ConnectDirectPeers(now);
        var opportunistic = IsDue(ref _opportunisticGraft, _options.OpportunisticGraftInterval, now);
        foreach (var topic in _topics.Values)
        {
            topic.Backoffs.Expire(now, _options.BackoffSlack);
            if (topic.IsJoined)
                MaintainMesh(topic, opportunistic, now);
            else
                MaintainFanout(topic, now);
            if (topic.IsJoined || topic.Fanout.Count > 0)
                EmitGossip(topic);
            RemoveIfIdle(topic);
        }
        _cache.Shift();
        _slabs.Heartbeat();
        _recent.Clear();
        foreach (var peer in _peers.Values)
            Announce(peer);
    }

    static bool IsDue(ref TimeSpan? last, TimeSpan interval, TimeSpan now)
    {
        last ??= now;
        if (now - last < interval)
            return false;
        last = now;
        return true;
    }

    void PenaliseBrokenPromises(TimeSpan now)
    {
        _candidates.Clear();
        _promises.TakeBroken(now, _candidates);
        foreach (var peer in _candidates)
            peer.Stats.AddPenalty(1);
    }

    void ConnectDirectPeers(TimeSpan now)
    {
        var isFirst = _directConnect is null;
        if (_direct.Count == _connectedDirect.Count || !(IsDue(ref _directConnect, _options.DirectConnectInterval, now) || isFirst))
            return;
        foreach (var id in _direct)
        {
            if (!_peers.ContainsKey(id))
                _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Connect, id));
        }
    }

    void MaintainMesh(TopicState topic, bool opportunistic, TimeSpan now)
    {
        foreach (var peer in topic.Mesh)
        {
            if (Score(peer) < 0)
                Prune(topic, peer, _options.PruneBackoff, exchange: false, now);
        }
        if (topic.Mesh.Count < _options.DLow)
            GraftCandidates(topic, _options.D - topic.Mesh.Count, now, _ => true);
        else if (topic.Mesh.Count > _options.DHigh)
            PruneExcess(topic, now);
        var outbound = Outbound(topic.Mesh);
        if (topic.Mesh.Count >= _options.DLow && outbound < _options.DOut)
            GraftCandidates(topic, _options.DOut - outbound, now, peer => peer.Direction is PeerDirection.Outbound);
        if (opportunistic && topic.Mesh.Count > 1)
            GraftOpportunistically(topic, now);
    }

    static int Outbound(IEnumerable<GossipsubPeer> peers) => peers.Count(peer => peer.Direction is PeerDirection.Outbound);

    void GraftCandidates(TopicState topic, int count, TimeSpan now, Predicate<GossipsubPeer> fits)
    {
        _candidates.Clear();
        foreach (var peer in topic.Peers)
        {
            if (!peer.IsDirect && !topic.Mesh.Contains(peer) && Score(peer) >= 0 && fits(peer)
                && !topic.Backoffs.Holds(peer.Id, now, _options.BackoffSlack))
            {
                _candidates.Add(peer);
            }
        }
        var chosen = Shuffled(_candidates);
        foreach (var peer in chosen[..Math.Min(count, chosen.Length)])
            Graft(topic, peer, now);
    }

    /// <summary>Keeps the D_score best peers and random others up to D, D_out of them outbound (spec v1.1 §Heartbeat Maintenance).</summary>
    void PruneExcess(TopicState topic, TimeSpan now)
    {
        _candidates.Clear();
        _candidates.AddRange(topic.Mesh);
        var peers = Shuffled(_candidates);
        peers.Sort((a, b) => Score(b).CompareTo(Score(a)));
        _random.Shuffle(peers[_options.DScore..]);
        // Outbound peers beyond D take the place of the last inbound ones before it.
        var missing = _options.DOut - CountOutbound(peers[.._options.D]);
        for (int kept = _options.D - 1, spare = _options.D; missing > 0 && kept >= 0; kept--)
        {
            if (peers[kept].Direction is PeerDirection.Outbound)
                continue;
            while (spare < peers.Length && peers[spare].Direction is PeerDirection.Inbound)
                spare++;
            if (spare == peers.Length)
                break;
            (peers[kept], peers[spare]) = (peers[spare], peers[kept]);
            missing--;
        }
        foreach (var peer in peers[_options.D..])
            Prune(topic, peer, _options.PruneBackoff, exchange: true, now);
    }

    static int CountOutbound(ReadOnlySpan<GossipsubPeer> peers)
    {
        var count = 0;
        foreach (var peer in peers)
            count += peer.Direction is PeerDirection.Outbound ? 1 : 0;
        return count;
    }

    /// <summary>Brings in peers above the median of a mesh whose median is poor (spec v1.1 §Opportunistic Grafting).</summary>
    void GraftOpportunistically(TopicState topic, TimeSpan now)
    {
        var scores = topic.Mesh.Select(Score).Order().ToArray();
        var median = scores[scores.Length / 2];
        if (median < _options.Score.OpportunisticGraftThreshold)
            GraftCandidates(topic, _options.OpportunisticGraftPeers, now, peer => Score(peer) > median);
    }

    void MaintainFanout(TopicState topic, TimeSpan now)
    {
        if (topic.Fanout.Count == 0)
            return;
        if (now - topic.LastPublished > _options.FanoutTtl)
            topic.Fanout.Clear();
        else
            FillFanout(topic);
    }

    void FillFanout(TopicState topic)
    {
        topic.Fanout.RemoveWhere(peer => Score(peer) < _options.Score.PublishThreshold);
        if (topic.Fanout.Count >= _options.D)
            return;
        _candidates.Clear();
        foreach (var peer in topic.Peers)
        {
            if (!peer.IsDirect && !topic.Fanout.Contains(peer) && Score(peer) >= _options.Score.PublishThreshold)
                _candidates.Add(peer);
        }
        var chosen = Shuffled(_candidates);
        foreach (var peer in chosen[..Math.Min(chosen.Length, _options.D - topic.Fanout.Count)])
            topic.Fanout.Add(peer);
    }

    /// <summary>Tells random peers outside the mesh which messages there are (spec v1.1 §Adaptive Gossip Dissemination), and those that are new
    /// in it: what was published just before they came would reach them by nobody in a small network.</summary>
    void EmitGossip(TopicState topic)
    {
        _candidates.Clear();
        foreach (var peer in topic.Peers)
        {
            if (!peer.IsDirect && !topic.Mesh.Contains(peer) && !topic.Fanout.Contains(peer) && Score(peer) >= _options.Score.GossipThreshold)
                _candidates.Add(peer);
        }
        if (_candidates.Count == 0 && topic.NewInMesh.Count == 0)
            return;
        _ids.Clear();
        _cache.CollectGossip(topic.Name, _ids);
        if (_ids.Count == 0)
        {
            topic.NewInMesh.Clear();
            return;
        }
        var chosen = Shuffled(_candidates);
        var count = Math.Max(_options.DLazy, (int)(_options.GossipFactor * chosen.Length));
        // No RPC of ours is larger than a batch: some implementations take no more than one message's size.
        var most = (int)Math.Min(_limits.IHaveLength, _limits.BatchSize.Bytes / (MessageId.MaxLength + 2));
        var shared = _ids.Count <= most ? ShuffledIds(most) : null;
        foreach (var peer in chosen[..Math.Min(count, chosen.Length)])
            peer.Queue.IHave(topic.Name, shared ?? ShuffledIds(most));
        foreach (var peer in topic.NewInMesh)
            peer.Queue.IHave(topic.Name, shared ?? ShuffledIds(most));
        topic.NewInMesh.Clear();
    }

    MessageId[] ShuffledIds(int most)
    {
        var ids = CollectionsMarshal.AsSpan(_ids);
        _random.Shuffle(ids);
        return ids[..Math.Min(ids.Length, most)].ToArray();
    }
}

using System.Runtime.InteropServices;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

internal sealed partial class GossipsubRouter
{
    static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(1);

    void ReceiveGraft(GossipsubPeer peer, GraftOrPruneView graft, TimeSpan now)
    {
        // A topic we are not in: no answer, or unknown topics would make us send (spec v1.1 §Spam Protection Measures).
        if (Find(graft.Topic) is not { IsJoined: true } topic || topic.Mesh.Contains(peer))
            return;
        if (peer.IsDirect || _direct.Contains(peer.Id))
        {
            Refuse(topic, peer, exchange: false, now);
            return;
        }
        if (topic.Backoffs.IsActive(peer.Id, now, out var pruned))
        {
            if (peer.Pruned?.Contains(topic) is true)
                peer.Stats.AddPenalty(now < pruned + _options.GraftFloodThreshold ? 2 : 1);
            Refuse(topic, peer, exchange: false, now);
            return;
        }
        if (Score(peer) < 0)
            Refuse(topic, peer, exchange: false, now);
        else if (!topic.Peers.Contains(peer))
            Refuse(topic, peer, exchange: false, now);
        else if (topic.Mesh.Count >= _options.DHigh && peer.Direction is PeerDirection.Inbound)
            Refuse(topic, peer, exchange: true, now);
        else
            AddToMesh(topic, peer, now);
    }

    void ReceivePrune(GossipsubPeer peer, GraftOrPruneView prune, TimeSpan now)
    {
        if (Find(prune.Topic) is not { IsJoined: true } topic)
            return;
        // Who leaves a topic says so before it prunes: subscriptions come first, in go- and js-libp2p in an RPC of their own.
        var wasInMesh = RemoveFromMesh(topic, peer) | peer.Left.Remove(topic);
        var backoff = prune.Backoff == 0 ? _options.PruneBackoff : TimeSpan.FromSeconds(Math.Min(prune.Backoff, LongestBackoff.TotalSeconds));
        topic.Backoffs.Add(peer.Id, now, backoff);
        (peer.Pruned ??= []).Add(topic);
        // Only a peer that we had chosen, or accepted, may send us elsewhere, so each such list costs it its place.
        if (wasInMesh && Score(peer) >= _options.Score.AcceptPxThreshold)
            AcceptExchange(prune.Peers);
    }

    void AcceptExchange(GraftOrPruneView.PeersEnumerator peers)
    {
        for (var accepted = 0; accepted < _options.PrunePeers && peers.MoveNext();)
        {
            if (!PeerId.TryDecode(peers.PeerId, out var id, out _) || _peers.ContainsKey(id) || peers.SignedRecord.Length > _limits.PeerRecordSize.Bytes)
                continue;
            accepted++;
            _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Connect, id, SignedRecord: peers.SignedRecord.ToArray()));
        }
    }

    void ReceiveIHave(GossipsubPeer peer, IdsView have, TimeSpan now)
    {
        if (Score(peer) < _options.Score.GossipThreshold || ++peer.Haves > _limits.IHaveMessages || peer.Asked >= _limits.IHaveLength)
            return;
        if (Find(have.Topic) is not { IsJoined: true })
            return;
        _ids.Clear();
        var read = 0;
        foreach (var id in have)
        {
            if (++read > _limits.IHaveLength)
                break;
            if (!_seen.Contains(id))
                _ids.Add(id);
        }
        if (_ids.Count == 0)
            return;
        // When not all are asked for, a random part is: peers that announce the same are asked for different ones.
        var ids = CollectionsMarshal.AsSpan(_ids);
        _random.Shuffle(ids);
        ids = ids[..Math.Min(ids.Length, _limits.IHaveLength - peer.Asked)];
        foreach (ref readonly var id in ids)
            peer.Queue.IWant(id);
        peer.Asked += ids.Length;
        _promises.Add(peer, ids[0], now + _options.IWantFollowupTime);
    }

    void ReceiveIWant(GossipsubPeer peer, IdsView want, TimeSpan now)
    {
        if (Score(peer) < _options.Score.GossipThreshold)
            return;
        foreach (var id in want)
        {
            if (++peer.Wanted > _limits.IWantLength)
                return;
            if (!peer.IsUnwanted(id) && _cache.TryRetransmit(peer, id, _options.GossipRetransmission, out var message))
                peer.Queue.Message(message, OutboundPriority.Requested, now);
        }
    }

    void ReceiveIDontWant(GossipsubPeer peer, IdsView unwanted)
    {
        foreach (var id in unwanted)
        {
            if (++peer.Unwanted > _limits.IDontWantMessages)
                return;
            peer.AddUnwanted(id, _heartbeat + _options.IDontWantTtl);
        }
    }

    static void AddToMesh(TopicState topic, GossipsubPeer peer, TimeSpan now)
    {
        topic.Mesh.Add(peer);
        topic.NewInMesh.Add(peer);
        peer.Stats.Graft(topic.ScoreIndex, now);
    }

    bool RemoveFromMesh(TopicState topic, GossipsubPeer peer)
    {
        if (!topic.Mesh.Remove(peer))
            return false;
        topic.NewInMesh.Remove(peer);
        _score.Prune(peer.Stats, topic.ScoreIndex);
        return true;
    }

    void Graft(TopicState topic, GossipsubPeer peer, TimeSpan now)
    {
        AddToMesh(topic, peer, now);
        peer.Queue.Graft(topic.Name);
        Announce(peer);
    }

    void Prune(TopicState topic, GossipsubPeer peer, TimeSpan backoff, bool exchange, TimeSpan now)
    {
        RemoveFromMesh(topic, peer);
        topic.Backoffs.Add(peer.Id, now, backoff);
        (peer.Pruned ??= []).Add(topic);
        peer.Queue.Prune(topic.Name, backoff, exchange && Score(peer) >= 0 ? Exchanged(topic, peer) : []);
        Announce(peer);
    }

    void Refuse(TopicState topic, GossipsubPeer peer, bool exchange, TimeSpan now) => Prune(topic, peer, _options.PruneBackoff, exchange, now);

    /// <summary>Random peers of the topic with a score that is not negative (spec v1.1 §Score Thresholds).</summary>
    ExchangedPeer[] Exchanged(TopicState topic, GossipsubPeer pruned)
    {
        if (_options.PrunePeers == 0 || pruned.Version < GossipsubVersion.V11)
            return [];
        var peers = new List<GossipsubPeer>();
        foreach (var peer in topic.Peers)
        {
            if (peer != pruned && Score(peer) >= 0)
                peers.Add(peer);
        }
        var chosen = Shuffled(peers);
        chosen = chosen[..Math.Min(chosen.Length, _options.PrunePeers)];
        var offered = new ExchangedPeer[chosen.Length];
        for (var i = 0; i < chosen.Length; i++)
            offered[i] = new ExchangedPeer(chosen[i].Id.Bytes.ToArray(), chosen[i].SignedRecord);
        return offered;
    }
}

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The messages that peers announced and were asked for; not sending them costs score (spec v1.1 §Spam Protection Measures).</summary>
/// <remarks>One id of each IWANT is followed, picked at random, so that a peer cannot know which of its lies count.</remarks>
/// <param name="capacity">How many promises at most; further ones are not followed.</param>
internal sealed class GossipPromises(int capacity)
{
    readonly Dictionary<MessageId, List<(GossipsubPeer Peer, TimeSpan Until)>> _promises = [];

    public int Count { get; private set; }

    /// <summary>Notes that the peer was asked for a message.</summary>
    public void Add(GossipsubPeer peer, in MessageId id, TimeSpan until)
    {
        if (Count >= capacity)
            return;
        if (!_promises.TryGetValue(id, out var peers))
            _promises.Add(id, peers = []);
        foreach (var (known, _) in peers)
        {
            if (known == peer)
                return;
        }
        peers.Add((peer, until));
        Count++;
    }

    /// <summary>The message is here, whoever sent it: nobody can be said to have lied.</summary>
    public void Fulfil(in MessageId id)
    {
        if (_promises.Count > 0 && _promises.Remove(id, out var peers))
            Count -= peers.Count;
    }

    /// <summary>Drops the promises whose time is over, and adds the peer of each to the list.</summary>
    public void TakeBroken(TimeSpan now, List<GossipsubPeer> broken)
    {
        foreach (var (id, peers) in _promises)
        {
            for (var i = peers.Count - 1; i >= 0; i--)
            {
                if (peers[i].Until > now)
                    continue;
                broken.Add(peers[i].Peer);
                peers.RemoveAt(i);
                Count--;
            }
            if (peers.Count == 0)
                _promises.Remove(id);
        }
    }

    /// <summary>Forgets the promises of a peer that left.</summary>
    public void Remove(GossipsubPeer peer)
    {
        foreach (var (id, peers) in _promises)
        {
            Count -= peers.RemoveAll(promise => promise.Peer == peer);
            if (peers.Count == 0)
                _promises.Remove(id);
        }
    }
}

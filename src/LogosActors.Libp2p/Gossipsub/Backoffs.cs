using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Until when each peer of one topic is not to be grafted (spec v1.1 §PRUNE Backoff and Peer Exchange).</summary>
/// <remarks>Outlives the connection of a peer: reconnecting does not lift a back-off.</remarks>
/// <param name="capacity">How many peers at most. Beyond it a back-off is not remembered: the cost is a GRAFT that is refused.</param>
internal sealed class Backoffs(int capacity)
{
    readonly Dictionary<PeerId, (TimeSpan Since, TimeSpan Until)> _backoffs = [];

    public int Count => _backoffs.Count;

    /// <summary>Begins or extends a back-off; a shorter one does not cut a longer one.</summary>
    public void Add(PeerId peer, TimeSpan now, TimeSpan length)
    {
        if (_backoffs.TryGetValue(peer, out var known))
            _backoffs[peer] = (now, TimeSpan.FromTicks(Math.Max(known.Until.Ticks, (now + length).Ticks)));
        else if (_backoffs.Count < capacity)
            _backoffs.Add(peer, (now, now + length));
    }

    /// <summary>Whether a GRAFT from the peer comes too early, and when the last PRUNE was.</summary>
    public bool IsActive(PeerId peer, TimeSpan now, out TimeSpan pruned)
    {
        var isActive = _backoffs.TryGetValue(peer, out var backoff) && now < backoff.Until;
        pruned = backoff.Since;
        return isActive;
    }

    /// <summary>Whether a GRAFT to the peer is still to be held back, the slack included.</summary>
    public bool Holds(PeerId peer, TimeSpan now, TimeSpan slack) => _backoffs.TryGetValue(peer, out var backoff) && now < backoff.Until + slack;

    /// <summary>Forgets back-offs that are over.</summary>
    public void Expire(TimeSpan now, TimeSpan slack)
    {
        foreach (var (peer, (_, until)) in _backoffs)
        {
            if (until + slack <= now)
                _backoffs.Remove(peer);
        }
    }
}

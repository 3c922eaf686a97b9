using System.Runtime.InteropServices;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.RateLimits;

/// <summary>Holds every peer to the same rate. For one thread at a time.</summary>
/// <remarks>
/// Pure: the caller hands in time. A question costs O(1), but for one in each tenth of the period that goes through all peers when the
/// table is full.
/// </remarks>
/// <param name="limit">What one peer may ask.</param>
/// <param name="maxPeers">How many peers are remembered at once; while so many have asked within the period, others are refused.</param>
internal sealed class PeerRateLimiter(RateLimit limit, int maxPeers = PeerRateLimiter.DefaultMaxPeers)
{
    /// <summary>More than a host has connections; an entry takes about 100 bytes.</summary>
    public const int DefaultMaxPeers = 10_000;

    readonly Dictionary<PeerId, TokenBucket> _buckets = [];
    TimeSpan _nextSweep;

    /// <summary>How many peers are remembered.</summary>
    public int Count => _buckets.Count;

    /// <summary>Lets a peer ask once, or take a number of units.</summary>
    /// <returns>False when it has asked too much.</returns>
    public bool TryTake(PeerId peer, TimeSpan now, int count = 1)
    {
        if (_buckets.Count >= maxPeers && !_buckets.ContainsKey(peer) && !MakeRoom(now))
            return false;
        return CollectionsMarshal.GetValueRefOrAddDefault(_buckets, peer, out _).TryTake(limit, now, count);
    }

    bool MakeRoom(TimeSpan now)
    {
        if (now < _nextSweep)
            return false;
        _nextSweep = now + (limit.Period / 10);
        foreach (var (peer, bucket) in _buckets)
        {
            if (bucket.IsFull(now))
                _buckets.Remove(peer);
        }
        return _buckets.Count < maxPeers;
    }
}

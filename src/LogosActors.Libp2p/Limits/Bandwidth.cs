using LogosActors.Configuration;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Limits;

/// <summary>How fast a host reads: in all, from each peer and of each protocol. Pure; its owner calls it, one call at a time.</summary>
/// <remarks>
/// A bucket holds what may be read in one second, at least <see cref="LeastBurst"/>. The buckets of at most <see cref="MaxTracked"/>
/// peers are remembered: who hangs up and comes again does not find a full one.
/// </remarks>
internal sealed class Bandwidth(ResourceLimits limits)
{
    /// <summary>What is read at once at least: one read of a connection.</summary>
    public const int LeastBurst = 64 * 1024;

    /// <summary>How many peers are remembered; beyond it those whose bucket is full are forgotten, or the newest share one.</summary>
    public const int MaxTracked = 16 * 1024;

    readonly TokenBucket? _all = NewBucket(limits.MaxReadRate);
    readonly TokenBucket? _others = NewBucket(limits.MaxReadRatePerPeer);
    readonly Dictionary<PeerId, TokenBucket> _peers = [];
    readonly Dictionary<string, TokenBucket> _protocols =
        limits.MaxReadRatePerProtocol.ToDictionary(entry => entry.Key, entry => NewBucket(entry.Value)!, StringComparer.Ordinal);

    /// <summary>Whether reads of connections are ever delayed.</summary>
    public bool LimitsConnections => _all is not null || _others is not null;

    /// <summary>Peers that are remembered.</summary>
    public int Tracked => _peers.Count;

    /// <summary>Whether reads of a protocol's streams are ever delayed.</summary>
    public bool LimitsProtocol(string protocol) => _protocols.ContainsKey(protocol);

    /// <summary>A connection has read bytes.</summary>
    /// <param name="peer">Of whom; null while that is not known: only the rate in all counts then.</param>
    /// <param name="bytes">How many, as they came over the network.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long to wait before the connection reads on.</returns>
    public TimeSpan Read(PeerId? peer, int bytes, TimeSpan now)
    {
        var wait = _all?.Take(bytes, now) ?? TimeSpan.Zero;
        if (_others is null || peer is null)
            return wait;
        var ofPeer = BucketOf(peer, now).Take(bytes, now);
        return ofPeer > wait ? ofPeer : wait;
    }

    /// <summary>Bytes of a stream were read.</summary>
    /// <returns>How long to wait before the stream is read on.</returns>
    public TimeSpan Read(string protocol, int bytes, TimeSpan now) =>
        _protocols.TryGetValue(protocol, out var bucket) ? bucket.Take(bytes, now) : TimeSpan.Zero;

    TokenBucket BucketOf(PeerId peer, TimeSpan now)
    {
        if (_peers.TryGetValue(peer, out var bucket))
            return bucket;
        if (_peers.Count >= MaxTracked)
            ForgetQuiet(now);
        if (_peers.Count >= MaxTracked)
            return _others!;
        _peers.Add(peer, bucket = NewBucket(limits.MaxReadRatePerPeer)!);
        return bucket;
    }

    void ForgetQuiet(TimeSpan now)
    {
        foreach (var (peer, bucket) in _peers)
        {
            if (bucket.IsFull(now))
                _peers.Remove(peer);
        }
    }

    static TokenBucket? NewBucket(DataSize? perSecond) =>
        perSecond is { } rate ? new TokenBucket(rate.Bytes, Math.Max(rate.Bytes, LeastBurst)) : null;
}

using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Decides whether a push is within the limits of its peer and of all. Pure; for one thread at a time.</summary>
/// <param name="options">The limits.</param>
internal sealed class LightpushAdmission(LightpushServiceOptions options)
{
    readonly PeerRateLimiter? _ofPeers = options.PeerLimit is { } limit ? new PeerRateLimiter(limit) : null;
    readonly PeerRateLimiter _sizeOfPeers = new(PerMinute(options.PeerSizePerMinute.Bytes));
    readonly RateLimit _size = PerMinute(options.SizePerMinute.Bytes);
    TokenBucket _requestsLeft;
    TokenBucket _sizeLeft;

    /// <summary>Lets a push in, and counts it.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="length">The length of its message, in bytes.</param>
    /// <param name="now">The time, monotonic.</param>
    public bool IsAllowed(PeerId peer, int length, TimeSpan now)
    {
        var size = 1 + (length / 1024);
        return _ofPeers?.TryTake(peer, now) != false
            && _sizeOfPeers.TryTake(peer, now, size)
            && (options.Limit is not { } all || _requestsLeft.TryTake(all, now))
            && _sizeLeft.TryTake(_size, now, size);
    }

    static RateLimit PerMinute(long bytes) => new((int)(bytes / 1024), TimeSpan.FromMinutes(1));
}

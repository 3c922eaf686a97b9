using System.Runtime.InteropServices;

namespace LogosActors.Delivery.RateLimits;

/// <summary>What is left of a rate limit. It begins full.</summary>
/// <remarks>Pure: the caller hands in time, which must not go backwards; if it does, the bucket fills later, never earlier.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct TokenBucket
{
    TimeSpan _fullAt;

    /// <summary>Takes tokens.</summary>
    /// <param name="limit">The limit; the same for every call.</param>
    /// <param name="now">The time now.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>False when there are not so many; none is taken then.</returns>
    public bool TryTake(RateLimit limit, TimeSpan now, int count = 1)
    {
        var fullAt = (_fullAt > now ? _fullAt : now) + (limit.Interval * count);
        if (fullAt - now > limit.Period)
            return false;
        _fullAt = fullAt;
        return true;
    }

    /// <summary>Whether nothing is taken of it, so that it is as good as new.</summary>
    public readonly bool IsFull(TimeSpan now) => _fullAt <= now;
}

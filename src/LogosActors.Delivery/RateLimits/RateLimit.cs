namespace LogosActors.Delivery.RateLimits;

/// <summary>How much may be asked in a time. Immutable; checked when made.</summary>
/// <param name="Count">How many questions may come at once, 1 – 1,000,000.</param>
/// <param name="Period">In which time they are allowed again, evenly one by one; 1 ms – 1 day.</param>
public sealed record RateLimit(int Count, TimeSpan Period)
{
    /// <summary>How many questions may come at once.</summary>
    public int Count { get; } = Count is >= 1 and <= 1_000_000
        ? Count
        : throw new ArgumentOutOfRangeException(nameof(Count), Count, "A rate limit allows 1 – 1,000,000.");

    /// <summary>In which time they are allowed again.</summary>
    public TimeSpan Period { get; } = Period >= TimeSpan.FromMilliseconds(1) && Period <= TimeSpan.FromDays(1)
        ? Period
        : throw new ArgumentOutOfRangeException(nameof(Period), Period, "A rate limit's period is 1 ms – 1 day.");

    /// <summary>How long one question takes to be allowed again.</summary>
    internal TimeSpan Interval => Period / Count;
}

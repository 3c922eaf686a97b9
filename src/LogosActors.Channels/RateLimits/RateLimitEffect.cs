namespace LogosActors.Channels.RateLimits;

/// <summary>What a <see cref="RateLimiter{TItem}"/> wants done.</summary>
/// <typeparam name="TItem">What is sent.</typeparam>
internal abstract record RateLimitEffect<TItem>
{
    RateLimitEffect()
    {
    }

    /// <summary>Find out how much of an epoch is used up, and say so with <see cref="RateLimiter{TItem}.Opened"/>.</summary>
    public sealed record Open(long Epoch) : RateLimitEffect<TItem>;

    /// <summary>Store that so many more of an epoch are used up; then say so with <see cref="RateLimiter{TItem}.Granted"/>.</summary>
    public sealed record Take(long Epoch, int Count) : RateLimitEffect<TItem>;

    /// <summary>Send it.</summary>
    public sealed record Pass(TItem Item) : RateLimitEffect<TItem>;

    /// <summary>It is not sent.</summary>
    public sealed record Refuse(TItem Item) : RateLimitEffect<TItem>;

    /// <summary>It waits; unless something changes it is sent at that time.</summary>
    public sealed record Delay(TItem Item, DateTimeOffset Expected) : RateLimitEffect<TItem>;

    /// <summary>The limit comes near.</summary>
    /// <param name="Used">How many of the epoch's messages are used up.</param>
    /// <param name="EpochEnd">When the next epoch begins.</param>
    public sealed record Near(int Used, DateTimeOffset EpochEnd) : RateLimitEffect<TItem>;
}

namespace LogosActors.Delivery.Messages;

/// <summary>Times as messages carry them: nanoseconds since 1970 UTC.</summary>
public static class UnixNanoseconds
{
    /// <summary>The time of a clock.</summary>
    public static long Now(TimeProvider time) => From(time.GetUtcNow());

    /// <summary>A time as a message carries it; what lies outside of 1677 – 2262 is before or after all of them.</summary>
    public static long From(DateTimeOffset time) => Of(time - DateTimeOffset.UnixEpoch);

    /// <summary>A span of time, at most some 292 years either way.</summary>
    public static long Of(TimeSpan span) => span.Ticks switch
    {
        > long.MaxValue / TimeSpan.NanosecondsPerTick => long.MaxValue,
        < long.MinValue / TimeSpan.NanosecondsPerTick => long.MinValue,
        var ticks => ticks * TimeSpan.NanosecondsPerTick,
    };

    /// <summary>The time that a message carries; null when it carries none.</summary>
    public static DateTimeOffset? ToDateTime(long? nanoseconds)
    {
        // Every 64-bit number of nanoseconds is a date between 1677 and 2262.
        return nanoseconds is { } value ? DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick) : null;
    }
}

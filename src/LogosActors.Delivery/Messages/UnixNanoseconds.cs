namespace LogosActors.Delivery.Messages;

/// <summary>Times as messages carry them: nanoseconds since 1970 UTC.</summary>
internal static class UnixNanoseconds
{
    /// <summary>The time of a clock.</summary>
    public static long Now(TimeProvider time) => From(time.GetUtcNow());

    /// <summary>A time as a message carries it.</summary>
    public static long From(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>The time that a message carries; null when it carries none.</summary>
    public static DateTimeOffset? ToDateTime(long? nanoseconds)
    {
        // Every 64-bit number of nanoseconds is a date between 1677 and 2262.
        return nanoseconds is { } value ? DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick) : null;
    }
}

namespace LogosActors.Delivery.Filter;

/// <summary>Notices that the process has slept, or that a clock was set: what is awaited from others may have been missed.</summary>
/// <remarks>Pure: it is asked periodically. A process that sleeps has a gap in the one clock or the other: whether the monotonic clock goes on meanwhile
/// depends on the platform.</remarks>
/// <param name="interval">How often it is asked.</param>
/// <param name="now">The monotonic clock.</param>
/// <param name="wall">The wall clock, in nanoseconds since 1970 UTC.</param>
internal sealed class SleepDetector(TimeSpan interval, TimeSpan now, long wall)
{
    /// <summary>A gap of this length says that the process has slept.</summary>
    /// <value>30 s.</value>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(30);

    TimeSpan _now = now;
    long _wall = wall;

    /// <summary>Whether there was a gap since it was asked last.</summary>
    public bool HasSlept(TimeSpan now, long wall)
    {
        var passed = now - _now;
        var difference = TimeSpan.FromTicks((wall - _wall) / TimeSpan.NanosecondsPerTick) - passed;
        (_now, _wall) = (now, wall);
        return passed - interval > Gap || difference.Duration() > Gap;
    }
}

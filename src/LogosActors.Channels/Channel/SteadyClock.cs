namespace LogosActors.Channels.Channel;

/// <summary>The time by which a channel waits: the wall clock's when the channel was opened, and what has passed since. It never jumps. For any
/// number of threads.</summary>
/// <param name="time">The clocks of the host.</param>
internal sealed class SteadyClock(TimeProvider time)
{
    readonly DateTimeOffset _start = time.GetUtcNow();
    readonly long _origin = time.GetTimestamp();

    /// <summary>The time now.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_origin);

    /// <summary>How far the wall clock is ahead of <see cref="Now"/>: by what it was stepped since.</summary>
    public TimeSpan WallLead => time.GetUtcNow() - Now;
}

namespace LogosActors.Actors;

/// <summary>How long to wait after a number of failures: doubled each time, with jitter, up to a limit.</summary>
public sealed record ExponentialBackoff
{
    /// <param name="min">After the first failure. Above zero.</param>
    /// <param name="max">The longest wait, before jitter. At most 24 h.</param>
    /// <param name="jitter">The share of a wait by which it is lengthened at most, 0–1.</param>
    public ExponentialBackoff(TimeSpan min, TimeSpan max, double jitter = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, TimeSpan.FromHours(24));
        if (!(jitter is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(jitter), jitter, "Between 0 and 1.");
        (Min, Max, Jitter) = (min, max, jitter);
    }

    /// <summary>The wait after the first failure.</summary>
    public TimeSpan Min { get; }

    /// <summary>The longest wait, before jitter.</summary>
    public TimeSpan Max { get; }

    /// <summary>The share of a wait by which it is lengthened at most.</summary>
    public double Jitter { get; }

    /// <summary>Without a failure for this long, the next one counts as the first.</summary>
    public TimeSpan ResetAfter => 2 * Max;

    /// <summary>The wait after a failure that follows a number of others.</summary>
    public TimeSpan Delay(int earlierFailures, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var doubled = Min.TotalMilliseconds * Math.Pow(2, Math.Min(earlierFailures, 40));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, Max.TotalMilliseconds) * (1 + random.NextDouble() * Jitter));
    }
}

namespace LogosActors.Actors;

/// <summary>What a supervisor does about a failed child.</summary>
public enum Directive
{
    /// <summary>Drop the failing message and go on with the same instance.</summary>
    Resume,

    /// <summary>Drop the failing message and go on with a new instance; the mailbox is kept.</summary>
    Restart,

    /// <summary>Stop the child.</summary>
    Stop,

    /// <summary>Fail oneself with the child's failure.</summary>
    Escalate,
}

/// <summary>How a supervisor answers failures of its children. Immutable.</summary>
/// <remarks>Use <see cref="OneForOneStrategy"/> or <see cref="AllForOneStrategy"/>.</remarks>
public abstract record SupervisorStrategy
{
    private protected SupervisorStrategy()
    {
    }

    /// <summary>Restart the failed child at once, without a limit; stop it where it could not be started or lost an actor it depends on.</summary>
    public static SupervisorStrategy Default { get; } = new OneForOneStrategy();

    /// <summary>Stop the failed child.</summary>
    public static SupervisorStrategy Stopping { get; } = new OneForOneStrategy { Decider = static _ => Directive.Stop };

    /// <summary>Chooses what to do. A pure function; what it throws is logged, and the failure escalated.</summary>
    /// <value>Default <see cref="DefaultDecider"/>.</value>
    public Func<Exception, Directive> Decider { get; init; } = DefaultDecider;

    /// <summary>How many restarts of one child are granted within <see cref="Within"/>; one more failure stops it.</summary>
    /// <value>Default null: no limit. Range 0 – 1,000,000.</value>
    public int? MaxRestarts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(MaxRestarts));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value ?? 0, 1_000_000, nameof(MaxRestarts));
            field = value;
        }
    }

    /// <summary>The time in which <see cref="MaxRestarts"/> counts; null for the child's whole life.</summary>
    /// <value>Default null.</value>
    public TimeSpan? Within
    {
        get;
        init
        {
            if (value is { } within)
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(within, TimeSpan.Zero, nameof(Within));
            field = value;
        }
    }

    /// <summary>How long to wait before a restart; null for no wait. Messages that arrive meanwhile are kept.</summary>
    /// <value>Default null.</value>
    public ExponentialBackoff? Backoff { get; init; }

    /// <summary>Whether the directive is applied to all children, not only to the failed one.</summary>
    internal abstract bool AppliesToAll { get; }

    /// <summary>Stop on <see cref="ActorInitializationException"/> and <see cref="DeathPactException"/>, else restart.</summary>
    public static Directive DefaultDecider(Exception cause) =>
        cause is ActorInitializationException or DeathPactException ? Directive.Stop : Directive.Restart;
}

/// <summary>Only the failed child is treated.</summary>
public sealed record OneForOneStrategy : SupervisorStrategy
{
    internal override bool AppliesToAll => false;
}

/// <summary>All children share the fate of the one that failed.</summary>
public sealed record AllForOneStrategy : SupervisorStrategy
{
    internal override bool AppliesToAll => true;
}

/// <summary>A delay that doubles from failure to failure.</summary>
/// <remarks>The n-th delay is min(<see cref="Max"/>, <see cref="Min"/>·2ⁿ), made longer by up to <see cref="Jitter"/> of it at random.
/// A child that has lived for <see cref="ResetAfter"/> starts again at <see cref="Min"/>.</remarks>
public sealed record ExponentialBackoff
{
    /// <summary>A backoff between two bounds.</summary>
    /// <param name="min">The first delay, &gt; 0.</param>
    /// <param name="max">The longest delay before jitter, ≥ <paramref name="min"/>, at most 24 h.</param>
    /// <param name="jitter">0 – 1; default 0.2 (as Akka's).</param>
    public ExponentialBackoff(TimeSpan min, TimeSpan max, double jitter = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, TimeSpan.FromHours(24));
        if (!(jitter is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(jitter), jitter, "Between 0 and 1.");
        (Min, Max, Jitter, ResetAfter) = (min, max, jitter, max + max);
    }

    /// <summary>The first delay.</summary>
    public TimeSpan Min { get; }

    /// <summary>The longest delay, before jitter.</summary>
    public TimeSpan Max { get; }

    /// <summary>The largest part by which a delay is made longer at random, 0 – 1.</summary>
    public double Jitter { get; }

    /// <summary>How long a child must live for its earlier failures to be forgotten.</summary>
    /// <value>Default twice <see cref="Max"/>.</value>
    public TimeSpan ResetAfter { get; init; }

    /// <summary>The delay before restart number <paramref name="failures"/>, the first being 0.</summary>
    internal TimeSpan Delay(int failures, Random random)
    {
        var doubled = Min.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 40));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, Max.TotalMilliseconds) * (1 + random.NextDouble() * Jitter));
    }
}

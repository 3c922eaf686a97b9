namespace LogosActors.Actors.TestKit;

/// <summary>What goes wrong on a deterministic host, by chance and by its seed. Immutable.</summary>
public sealed record FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new();

    /// <summary>How likely an actor crashes with <see cref="InjectedCrashException"/> instead of handling a message.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double CrashProbability { get; init => field = Probability(value, nameof(CrashProbability)); }

    /// <summary>Which actors may crash, by <see cref="ActorRef.Path"/>. Probes never do.</summary>
    /// <value>Default all.</value>
    public Func<string, bool> MayCrash { get; init; } = static _ => true;

    /// <summary>How likely the wall clock is stepped each time the virtual time moves on.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double ClockStepProbability { get; init => field = Probability(value, nameof(ClockStepProbability)); }

    /// <summary>The largest step of the wall clock, forward or back.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan MaxClockStep { get; init; } = TimeSpan.FromSeconds(10);

    internal static double Probability(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A probability is between 0 and 1.");
}

/// <summary>What goes wrong with a journal, by chance and by its seed; see <see cref="FaultyJournal"/>. Immutable.</summary>
public sealed record JournalFaults
{
    /// <summary>How likely a write fails and nothing was stored.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double FailBeforeWrite { get; init => field = FaultPlan.Probability(value, nameof(FailBeforeWrite)); }

    /// <summary>How likely a write fails although it was stored: the answer got lost.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double FailAfterWrite { get; init => field = FaultPlan.Probability(value, nameof(FailAfterWrite)); }

    /// <summary>How likely a write is rejected.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double RejectWrite { get; init => field = FaultPlan.Probability(value, nameof(RejectWrite)); }

    /// <summary>How likely a read fails.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double FailRead { get; init => field = FaultPlan.Probability(value, nameof(FailRead)); }

    /// <summary>The longest time that an operation takes; each takes a random part of it.</summary>
    /// <value>Default zero: an operation takes as long as the journal behind does.</value>
    public TimeSpan MaxDelay { get; init; }
}

/// <summary>A crash that a <see cref="FaultPlan"/> has caused.</summary>
public sealed class InjectedCrashException(string path) : Exception($"{path}: crash injected by the test's fault plan.");

namespace LogosActors.TestKit;

/// <summary>What fails at random in a simulation, decided by its seed. Immutable. Faults of the storage: <see cref="StorageFaults"/>.</summary>
public sealed record SimulationFaults
{
    /// <summary>Nothing fails.</summary>
    public static SimulationFaults None { get; } = new();

    /// <summary>How likely an actor under <c>/user</c> throws <see cref="InjectedCrashException"/> instead of handling a message, or right after it.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double CrashProbability { get; init => field = Probability(value, nameof(CrashProbability)); }

    /// <summary>The actors that may crash, by their path without the address: <c>/user/parent/child</c>. Probes never do.</summary>
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

namespace LogosActors.TestKit;

/// <summary>What fails at random in a <see cref="SimulatedStorage"/>, decided by the seed of the simulation. Immutable.</summary>
public sealed record StorageFaults
{
    /// <summary>Nothing fails.</summary>
    public static StorageFaults None { get; } = new();

    /// <summary>How likely a write of events fails, with nothing stored.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double WriteFailure { get; init => field = SimulationFaults.Probability(value, nameof(WriteFailure)); }

    /// <summary>How likely a write of events is reported as failed although it was stored: the answer got lost.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double WriteFailureAfterCommit { get; init => field = SimulationFaults.Probability(value, nameof(WriteFailureAfterCommit)); }

    /// <summary>How likely a write of events is rejected.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double WriteRejection { get; init => field = SimulationFaults.Probability(value, nameof(WriteRejection)); }

    /// <summary>How likely a recovery fails.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double RecoveryFailure { get; init => field = SimulationFaults.Probability(value, nameof(RecoveryFailure)); }

    /// <summary>How likely a deletion of events or snapshots fails.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double DeletionFailure { get; init => field = SimulationFaults.Probability(value, nameof(DeletionFailure)); }

    /// <summary>How likely a snapshot cannot be saved.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double SnapshotSaveFailure { get; init => field = SimulationFaults.Probability(value, nameof(SnapshotSaveFailure)); }

    /// <summary>How likely a snapshot cannot be loaded.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double SnapshotLoadFailure { get; init => field = SimulationFaults.Probability(value, nameof(SnapshotLoadFailure)); }

    /// <summary>The shortest time that an operation takes.</summary>
    /// <value>Default zero.</value>
    public TimeSpan MinLatency { get; init; }

    /// <summary>The longest time that an operation takes; each takes a random time between <see cref="MinLatency"/> and this.</summary>
    /// <value>Default zero. A value less than <see cref="MinLatency"/> counts as that.</value>
    public TimeSpan MaxLatency { get; init; }

    /// <summary>After which time an operation is reported as failed, although it still goes on (the circuit breaker of Akka's plugins).</summary>
    /// <value>Default 10 s (akka.persistence.journal-plugin-fallback.circuit-breaker.call-timeout).</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The persistence ids that random failures concern.</summary>
    /// <value>Default all.</value>
    public Func<string, bool> Affects { get; init; } = static _ => true;
}

/// <summary>A failure caused by a <see cref="SimulatedStorage"/>.</summary>
public sealed class StorageFailedException(string message) : Exception(message);

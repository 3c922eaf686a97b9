namespace LogosActors.Actors.Persistence;

/// <summary>Where and how persistent actors keep their events.</summary>
public sealed record PersistenceOptions
{
    /// <summary>Stores the events; null: a persistent actor fails to start and says so.</summary>
    /// <remarks>The system does not dispose it: one journal may serve several systems.</remarks>
    public IJournal? Journal { get; init; }

    /// <summary>Stores the snapshots; null: there are none, and saving one is rejected.</summary>
    public ISnapshotStore? Snapshots { get; init; }

    /// <summary>The codecs of events and snapshots.</summary>
    public EventSerialization Serialization { get; init; } = EventSerialization.CreateBuilder().Build();

    /// <summary>How long one page of a recovery, or its snapshot, may take to arrive.</summary>
    /// <value>Default 30 s (as Akka's recovery-event-timeout). Range 1 ms – 1 h.</value>
    public TimeSpan RecoveryTimeout
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), $"{nameof(PersistenceOptions)}.{nameof(RecoveryTimeout)}");
    } = TimeSpan.FromSeconds(30);

    /// <summary>How many actors may recover at the same time; the others wait their turn.</summary>
    /// <value>Default 50 (as Akka's max-concurrent-recoveries). Range 1 – 10,000.</value>
    public int MaxConcurrentRecoveries
    {
        get;
        init => field = OptionRange.Check(value, 1, 10_000, $"{nameof(PersistenceOptions)}.{nameof(MaxConcurrentRecoveries)}");
    } = 50;

    /// <summary>How many events one read of a recovery asks for.</summary>
    /// <value>Default 512 (measured, see benchmarks/run actors). Range 1 – 100,000.</value>
    public int RecoveryPageSize
    {
        get;
        init => field = OptionRange.Check(value, 1, 100_000, $"{nameof(PersistenceOptions)}.{nameof(RecoveryPageSize)}");
    } = 512;
}

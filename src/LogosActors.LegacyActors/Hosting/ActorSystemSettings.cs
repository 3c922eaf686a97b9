using LogosActors.Configuration;

namespace LogosActors.Actors.Hosting;

/// <summary>What an operator may configure of an actor system; <c>config/reference.conf</c> lists it with its defaults.</summary>
public sealed record ActorSystemSettings
{
    /// <summary>How many messages an actor handles before it gives way to others.</summary>
    [NumberRange(1, 100_000)]
    public int Throughput { get; init; } = 128;

    /// <summary>How long each phase of the shutdown may take.</summary>
    [DurationRange("1 ms", "1 h")]
    public TimeSpan PhaseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where persistent actors keep their events.</summary>
    public PersistenceSettings Persistence { get; init; } = new();
}

/// <summary>Which journal keeps the events, and how they are read back.</summary>
public sealed record PersistenceSettings : IValidatedOptions
{
    /// <summary>Where events and snapshots are stored.</summary>
    public JournalKind Journal { get; init; } = JournalKind.Sqlite;

    /// <summary>The file of the SQLite journal; its directory is made when it is missing.</summary>
    public string Path { get; init; } = "data/journal.db";

    /// <summary>How to reach PostgreSQL, in Npgsql's form; needed by the PostgreSQL journal only.</summary>
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>How long one page of a recovery, or its snapshot, may take to arrive.</summary>
    [DurationRange("1 ms", "1 h")]
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many actors may recover at the same time.</summary>
    [NumberRange(1, 10_000)]
    public int MaxConcurrentRecoveries { get; init; } = 50;

    /// <summary>How many events one read of a recovery asks for.</summary>
    [NumberRange(1, 100_000)]
    public int RecoveryPageSize { get; init; } = 512;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Journal == JournalKind.Sqlite && string.IsNullOrWhiteSpace(Path))
            yield return "journal = sqlite needs a path.";
        if (Journal == JournalKind.Postgres && string.IsNullOrWhiteSpace(ConnectionString))
            yield return "journal = postgres needs a connection-string.";
    }
}

/// <summary>Where events are stored.</summary>
public enum JournalKind
{
    /// <summary>In this process's memory; they end with it.</summary>
    Memory,

    /// <summary>In a SQLite file, durable.</summary>
    Sqlite,

    /// <summary>In PostgreSQL, for fleets.</summary>
    Postgres,
}

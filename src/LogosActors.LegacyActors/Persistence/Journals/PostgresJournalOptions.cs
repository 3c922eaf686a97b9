namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Where a PostgreSQL journal or snapshot store keeps its tables, and its limits.</summary>
public sealed record PostgresJournalOptions
{
    /// <summary>How to reach the database, in Npgsql's form; <c>Search Path</c> chooses the schema.</summary>
    /// <value>Required (https://www.npgsql.org/doc/connection-string-parameters.html).</value>
    public required string ConnectionString { get; init; }

    /// <summary>How many connections write; each persistence id always uses the same one.</summary>
    /// <value>Default 2. Range 1 – 32.</value>
    public int MaxWriters { get; init; } = 2;

    /// <summary>How many connections read, delete and save snapshots; further requests wait.</summary>
    /// <value>Default 4. Range 1 – 64.</value>
    public int MaxReaders { get; init; } = 4;

    /// <summary>The most events that one statement commits.</summary>
    /// <value>Default 2,000. Range 1 – 100,000.</value>
    public int MaxBatchEvents { get; init; } = 2_000;

    /// <summary>The most payload bytes that one statement commits. A single larger write goes alone.</summary>
    /// <value>Default 8 MiB, in bytes. Range 1 KiB – 512 MiB.</value>
    public long MaxBatchBytes { get; init; } = 8 << 20;

    /// <summary>The most bytes that one write or snapshot may have; more is rejected.</summary>
    /// <value>Default 64 MiB, in bytes. Range 1 KiB – 256 MiB (PostgreSQL's own limit of a message is 1 GiB).</value>
    public long MaxWriteBytes { get; init; } = 64 << 20;

    /// <summary>How many writes may wait for a commit, over all writers; further ones wait for room.</summary>
    /// <value>Default 10,000. Range 1 – 1,000,000.</value>
    public int MaxPendingWrites { get; init; } = 10_000;

    /// <summary>How long a statement may take before it counts as failed.</summary>
    /// <value>Default 30 s. Range 1 s – 10 min.</value>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal PostgresJournalOptions Validated()
    {
        const string Name = nameof(PostgresJournalOptions);
        if (string.IsNullOrWhiteSpace(ConnectionString))
            throw new ArgumentException($"{Name}.{nameof(ConnectionString)} must name the database.", nameof(ConnectionString));
        OptionRange.Check(MaxWriters, 1, 32, $"{Name}.{nameof(MaxWriters)}");
        OptionRange.Check(MaxReaders, 1, 64, $"{Name}.{nameof(MaxReaders)}");
        OptionRange.Check(MaxBatchEvents, 1, 100_000, $"{Name}.{nameof(MaxBatchEvents)}");
        OptionRange.Check(MaxBatchBytes, 1 << 10, 512L << 20, $"{Name}.{nameof(MaxBatchBytes)}");
        OptionRange.Check(MaxWriteBytes, 1 << 10, 256L << 20, $"{Name}.{nameof(MaxWriteBytes)}");
        OptionRange.Check(MaxPendingWrites, 1, 1_000_000, $"{Name}.{nameof(MaxPendingWrites)}");
        OptionRange.Check(CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), $"{Name}.{nameof(CommandTimeout)}");
        return this;
    }
}

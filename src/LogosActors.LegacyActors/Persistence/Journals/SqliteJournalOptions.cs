namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Where a SQLite journal or snapshot store keeps its file, and its limits.</summary>
/// <remarks>
/// A journal and a snapshot store of one process that are given equal options share one writer; give them equal options
/// when they share a file. The file belongs to them alone: its <c>user_version</c> is their schema version.
/// </remarks>
public sealed record SqliteJournalOptions
{
    /// <summary>The database file; it and its directory are created when missing.</summary>
    /// <value>Required. Must be on a local disk: the write-ahead log needs shared memory (https://sqlite.org/wal.html).</value>
    public required string Path { get; init; }

    /// <summary>The most events that one transaction commits.</summary>
    /// <value>Default 2,000. Range 1 – 100,000.</value>
    public int MaxBatchEvents { get; init; } = 2_000;

    /// <summary>The most payload bytes that one transaction commits. A single larger write goes alone.</summary>
    /// <value>Default 8 MiB, in bytes. Range 1 KiB – 1 GiB.</value>
    public long MaxBatchBytes { get; init; } = 8 << 20;

    /// <summary>The most bytes that one write or snapshot may have; more is rejected.</summary>
    /// <value>Default 64 MiB, in bytes. Range 1 KiB – 512 MiB (SQLite's own limit of a value is 1 GB).</value>
    public long MaxWriteBytes { get; init; } = 64 << 20;

    /// <summary>How many writes may wait for a commit; further writers wait for room.</summary>
    /// <value>Default 10,000. Range 1 – 1,000,000.</value>
    public int MaxPendingWrites { get; init; } = 10_000;

    /// <summary>How many recoveries read at once; further ones wait.</summary>
    /// <value>Default: the number of processors, 2 – 8. Range 1 – 64.</value>
    public int MaxReaders { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>How long to wait for another process's lock before the write or read fails.</summary>
    /// <value>Default 5 s. Range 0 – 5 min.</value>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>SQL that a test runs on each new write connection, to make a fault.</summary>
    internal Func<string?>? Fault { get; init; }

    /// <summary>These options with the path made absolute.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal SqliteJournalOptions Validated()
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new ArgumentException($"{nameof(SqliteJournalOptions)}.{nameof(Path)} must name the database file.", nameof(Path));
        OptionRange.Check(MaxBatchEvents, 1, 100_000, $"{nameof(SqliteJournalOptions)}.{nameof(MaxBatchEvents)}");
        OptionRange.Check(MaxBatchBytes, 1 << 10, 1L << 30, $"{nameof(SqliteJournalOptions)}.{nameof(MaxBatchBytes)}");
        OptionRange.Check(MaxWriteBytes, 1 << 10, 512L << 20, $"{nameof(SqliteJournalOptions)}.{nameof(MaxWriteBytes)}");
        OptionRange.Check(MaxPendingWrites, 1, 1_000_000, $"{nameof(SqliteJournalOptions)}.{nameof(MaxPendingWrites)}");
        OptionRange.Check(MaxReaders, 1, 64, $"{nameof(SqliteJournalOptions)}.{nameof(MaxReaders)}");
        OptionRange.Check(BusyTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), $"{nameof(SqliteJournalOptions)}.{nameof(BusyTimeout)}");
        return this with { Path = System.IO.Path.GetFullPath(Path) };
    }
}

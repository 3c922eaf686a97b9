using LogosActors.Libp2p;

namespace LogosActors.Delivery.Archive;

/// <summary>Where a SQLite archive keeps its file, and how.</summary>
public sealed record SqliteArchiveOptions
{
    /// <summary>The database file; it and its directory are created when missing.</summary>
    /// <value>Required. Must be on a local disk: the write-ahead log needs shared memory (https://sqlite.org/wal.html).</value>
    public required string Path { get; init; }

    /// <summary>Whether what was acknowledged is also there after a power cut (<c>synchronous=FULL</c>: one fsync for each batch).</summary>
    /// <value>Default true. When false (<c>synchronous=NORMAL</c>) it is there after <c>kill -9</c>, but a power cut may cost the last
    /// batches; the file stays whole in either case.</value>
    public bool SurvivesPowerCut { get; init; } = true;

    /// <summary>How many queries read at once; further ones wait.</summary>
    /// <value>Default: the number of processors, 2 – 8. Range 1 – 64. Each has a page cache of 16 MiB.</value>
    public int MaxReaders { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>How long to wait for another process's lock before a call fails.</summary>
    /// <value>Default 2 s: the writer tries again. Range 0 – 5 min.</value>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many entries of the index by hash wait in memory to be written together: some 6 MB.</summary>
    internal int MaxPendingHashes { get; init; } = 128 * 1024;

    /// <summary>SQL that a test runs on each new writing connection, to make a fault.</summary>
    internal Func<string?>? Fault { get; init; }

    /// <summary>These options with the path made absolute.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal SqliteArchiveOptions Validated()
    {
        const string Name = nameof(SqliteArchiveOptions);
        if (string.IsNullOrWhiteSpace(Path))
            throw new ArgumentException($"{Name}.{nameof(Path)} must name the database file.", nameof(Path));
        OptionRange.Check(MaxReaders, 1, 64, $"{Name}.{nameof(MaxReaders)}");
        OptionRange.Check(BusyTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), $"{Name}.{nameof(BusyTimeout)}");
        return this with { Path = System.IO.Path.GetFullPath(Path) };
    }
}

using LogosActors.Actors;

namespace LogosActors.Channels;

/// <summary>Where channels keep what must survive (reliable channel text, <c>historyBackend</c>).</summary>
/// <remarks>Its text is <c>memory</c>, <c>sqlite</c>, <c>sqlite:PATH</c> or <c>postgres:CONNECTION STRING</c>.</remarks>
public sealed record HistoryBackend
{
    const string SqlitePrefix = "sqlite:";
    const string PostgresPrefix = "postgres:";

    HistoryBackend(HistoryBackendKind kind, string? location = null, JournalDatabase? database = null) => (Kind, Location, Database) = (kind, location, database);

    /// <summary>In memory: as long as the node lives.</summary>
    public static HistoryBackend Memory { get; } = new(HistoryBackendKind.Memory);

    /// <summary>In the file <c>channels.db</c> of the node's data directory.</summary>
    public static HistoryBackend Sqlite { get; } = new(HistoryBackendKind.Sqlite);

    /// <summary>Which.</summary>
    public HistoryBackendKind Kind { get; }

    /// <summary>The path; null where there is none.</summary>
    public string? Location { get; }

    /// <summary>The database; null where there is none.</summary>
    public JournalDatabase? Database { get; }

    /// <summary>In a file of its own.</summary>
    /// <param name="path">The file, which is made when it is not there.</param>
    public static HistoryBackend SqliteAt(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new HistoryBackend(HistoryBackendKind.Sqlite, path);
    }

    /// <summary>In a database.</summary>
    /// <param name="database">The database, such as a <c>PostgresDatabase</c> of LogosActors.Postgres.</param>
    public static HistoryBackend In(JournalDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return new HistoryBackend(HistoryBackendKind.Database, database: database);
    }

    /// <summary>Reads a backend's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="databases">Opens the database of <c>postgres:CONNECTION STRING</c>, such as <c>PostgresDatabases</c> of LogosActors.Postgres; null:
    /// there must be none.</param>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="InvalidOperationException">A database is named, and nothing opens it.</exception>
    public static HistoryBackend Parse(string text, IJournalDatabases? databases = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "memory" => Memory,
            "sqlite" => Sqlite,
            _ when text.StartsWith(SqlitePrefix, StringComparison.Ordinal) && text.Length > SqlitePrefix.Length => SqliteAt(text[SqlitePrefix.Length..]),
            _ when text.StartsWith(PostgresPrefix, StringComparison.Ordinal) && text.Length > PostgresPrefix.Length => In((databases ?? throw new InvalidOperationException(
                "The history is in PostgreSQL, which the package LogosActors.Postgres opens: reference it, and pass PostgresDatabases.Instance.")).Open(text[PostgresPrefix.Length..])),
            _ => throw new FormatException($"'{text}' is no history backend: memory, sqlite, sqlite:PATH or postgres:CONNECTION STRING."),
        };
    }

    /// <summary>Its text, without what may be secret.</summary>
    public override string ToString() => Kind switch
    {
        HistoryBackendKind.Memory => "memory",
        HistoryBackendKind.Sqlite => Location is null ? "sqlite" : SqlitePrefix + Location,
        _ => Database!.Name,
    };
}

/// <summary>The kinds of <see cref="HistoryBackend"/>.</summary>
public enum HistoryBackendKind
{
    /// <summary>In memory.</summary>
    Memory,

    /// <summary>In an SQLite file.</summary>
    Sqlite,

    /// <summary>In a database.</summary>
    Database,
}

namespace LogosActors.Channels;

/// <summary>Where channels keep what must survive (reliable channel text, <c>historyBackend</c>).</summary>
/// <remarks>Its text is <c>memory</c>, <c>sqlite</c>, <c>sqlite:PATH</c> or <c>postgres:CONNECTION STRING</c>.</remarks>
public sealed record HistoryBackend
{
    const string SqlitePrefix = "sqlite:";
    const string PostgresPrefix = "postgres:";

    HistoryBackend(HistoryBackendKind kind, string? location) => (Kind, Location) = (kind, location);

    /// <summary>In memory: as long as the node lives.</summary>
    public static HistoryBackend Memory { get; } = new(HistoryBackendKind.Memory, null);

    /// <summary>In the file <c>channels.db</c> of the node's data directory.</summary>
    public static HistoryBackend Sqlite { get; } = new(HistoryBackendKind.Sqlite, null);

    /// <summary>Which.</summary>
    public HistoryBackendKind Kind { get; }

    /// <summary>The path or connection string; null where there is none.</summary>
    public string? Location { get; }

    /// <summary>In a file of its own.</summary>
    /// <param name="path">The file, which is made when it is not there.</param>
    public static HistoryBackend SqliteAt(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new HistoryBackend(HistoryBackendKind.Sqlite, path);
    }

    /// <summary>In a PostgreSQL database.</summary>
    /// <param name="connection">An Npgsql connection string.</param>
    public static HistoryBackend PostgresAt(string connection)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        return new HistoryBackend(HistoryBackendKind.Postgres, connection);
    }

    /// <summary>Reads a backend's text.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static HistoryBackend Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "memory" => Memory,
            "sqlite" => Sqlite,
            _ when text.StartsWith(SqlitePrefix, StringComparison.Ordinal) && text.Length > SqlitePrefix.Length => SqliteAt(text[SqlitePrefix.Length..]),
            _ when text.StartsWith(PostgresPrefix, StringComparison.Ordinal) && text.Length > PostgresPrefix.Length => PostgresAt(text[PostgresPrefix.Length..]),
            _ => throw new FormatException($"'{text}' is no history backend: memory, sqlite, sqlite:PATH or postgres:CONNECTION STRING."),
        };
    }

    /// <summary>Its text, without what may be secret.</summary>
    public override string ToString() => Kind switch
    {
        HistoryBackendKind.Memory => "memory",
        HistoryBackendKind.Sqlite => Location is null ? "sqlite" : SqlitePrefix + Location,
        _ => "postgres",
    };
}

/// <summary>The kinds of <see cref="HistoryBackend"/>.</summary>
public enum HistoryBackendKind
{
    /// <summary>In memory.</summary>
    Memory,

    /// <summary>In an SQLite file.</summary>
    Sqlite,

    /// <summary>In a PostgreSQL database.</summary>
    Postgres,
}

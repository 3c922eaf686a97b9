namespace LogosActors.Delivery;

/// <summary>Where a node keeps, in place of its data directory, what must survive it: its peers, what it is subscribed to and what it has not sent yet.</summary>
public sealed record JournalBackend
{
    JournalBackend(string? connectionString) => ConnectionString = connectionString;

    /// <summary>The memory of the process: nothing survives it, also with a data directory, which keeps the key.</summary>
    public static JournalBackend Memory { get; } = new((string?)null);

    /// <summary>The database; null: memory.</summary>
    internal string? ConnectionString { get; }

    /// <summary>A database of PostgreSQL, which any number of nodes may share; each keeps its own by its key.</summary>
    /// <param name="connectionString">As Npgsql takes it.</param>
    public static JournalBackend Postgres(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return new JournalBackend(connectionString);
    }

    /// <summary>Says what it is; the connection string, which may hold a password, is not shown.</summary>
    public override string ToString() => ConnectionString is null ? "memory" : "PostgreSQL";
}

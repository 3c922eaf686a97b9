using LogosActors.Actors;

namespace LogosActors.Delivery;

/// <summary>Where a node keeps, in place of its data directory, what must survive it: its peers, what it is subscribed to and what it has not sent yet.</summary>
public sealed record JournalBackend
{
    JournalBackend(JournalDatabase? database) => Database = database;

    /// <summary>The memory of the process: nothing survives it, also with a data directory, which keeps the key.</summary>
    public static JournalBackend Memory { get; } = new((JournalDatabase?)null);

    /// <summary>The database; null: memory.</summary>
    public JournalDatabase? Database { get; }

    /// <summary>A database, which any number of nodes may share; each keeps its own by its key.</summary>
    /// <param name="database">The database, such as a <c>PostgresDatabase</c> of LogosActors.Postgres.</param>
    public static JournalBackend In(JournalDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return new JournalBackend(database);
    }

    /// <summary>The kind of the backend; a connection string, which may hold a password, is not shown.</summary>
    public override string ToString() => Database?.Name ?? "memory";
}

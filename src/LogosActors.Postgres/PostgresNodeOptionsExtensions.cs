using LogosActors.Delivery;

namespace LogosActors.Postgres;

/// <summary>Nodes that keep their state in PostgreSQL.</summary>
public static class PostgresNodeOptionsExtensions
{
    /// <summary>Keeps what must survive the node in a database, in place of its data directory; see <see cref="NodeOptions.Journal"/>.</summary>
    /// <param name="options">The node.</param>
    /// <param name="connectionString">As Npgsql takes it.</param>
    public static NodeOptions UsePostgresJournal(this NodeOptions options, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return options with { Journal = JournalBackend.In(new PostgresDatabase(connectionString)) };
    }
}

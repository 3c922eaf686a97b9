using LogosActors.Actors;

namespace LogosActors.Postgres;

/// <summary>Opens the PostgreSQL databases that a configuration or a history backend's text names.</summary>
public sealed class PostgresDatabases : IJournalDatabases
{
    PostgresDatabases()
    {
    }

    /// <summary>The one there is.</summary>
    public static PostgresDatabases Instance { get; } = new();

    /// <inheritdoc/>
    public JournalDatabase Open(string connectionString) => new PostgresDatabase(connectionString);
}

using LogosActors.Delivery;
using LogosActors.Postgres;

namespace LogosActors.Node.Configuration;

/// <summary>Checks and reads the setting <c>node.journal</c>.</summary>
internal static class JournalSetting
{
    const string Sqlite = "sqlite";
    const string Memory = "memory";

    /// <summary>The journal of a node with checked settings; null: SQLite in the data directory, or memory without one.</summary>
    public static JournalBackend? BackendOf(NodeSettings settings) =>
        settings.Journal is null or Sqlite ? null
        : settings.Journal is not Memory && PostgresUrl.TryParse(settings.Journal, out var connectionString) ? JournalBackend.In(new PostgresDatabase(connectionString))
        : JournalBackend.Memory;

    /// <summary>Why the setting is invalid, without its value, which may hold a password; null: it is valid.</summary>
    public static string? ProblemOf(NodeSettings settings) => settings.Journal switch
    {
        null or Memory => null,
        Sqlite => settings.DataDirectory is null ? "journal: sqlite requires data-directory: the journal is a file in it." : null,
        var url => PostgresUrl.TryParse(url, out _) ? null : "journal: expected sqlite, memory or postgres://user:password@host:port/database.",
    };
}

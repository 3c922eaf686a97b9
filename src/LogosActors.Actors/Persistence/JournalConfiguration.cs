using Akka.Configuration;
using LogosActors.Actors.Persistence;

namespace LogosActors.Actors;

/// <summary>The configuration of journals and snapshot stores of Akka.Persistence.Sql.</summary>
public static class JournalConfiguration
{
    /// <summary>A file of SQLite, which <see cref="SqliteJournalFile.Open"/> has prepared.</summary>
    /// <param name="plugins">The ids, of <see cref="PersistencePlugins.Named"/>.</param>
    /// <param name="path">The file.</param>
    public static Config Sqlite(PersistencePlugins plugins, string path) =>
        // SQLite has one writer; reads begin deferred, so that they do not wait for it.
        Sql(plugins, "SQLite.MS", SqliteJournalFile.ConnectionStringOf(path), parallelism: 1, "read-uncommitted");

    /// <summary>The memory of the actor system; gone with it.</summary>
    public static Config Memory(PersistencePlugins plugins)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        return ConfigurationFactory.ParseString($$"""
            {{plugins.Journal}} {
              class = "LogosActors.Actors.Persistence.ForgettingJournal, LogosActors.Actors"
              plugin-dispatcher = "akka.actor.default-dispatcher"
            }
            {{plugins.Snapshots}} {
              class = "Akka.Persistence.Snapshot.MemorySnapshotStore, Akka.Persistence"
              plugin-dispatcher = "akka.actor.default-dispatcher"
            }
            """);
    }

    /// <summary>A database that Akka.Persistence.Sql knows.</summary>
    /// <param name="plugins">The ids, of <see cref="PersistencePlugins.Named"/>.</param>
    /// <param name="provider">The kind of the database, as linq2db names it.</param>
    /// <param name="connectionString">How it is reached, in its own form.</param>
    /// <param name="parallelism">How many transactions are under way at the same time, at least 1.</param>
    /// <param name="readIsolation">The isolation level of reads, or <c>unspecified</c>.</param>
    public static Config Sql(PersistencePlugins plugins, string provider, string connectionString, int parallelism, string readIsolation)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        var connection = $"\"{connectionString.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        // replay-filter: after a double writer the default drops acknowledged events without a word.
        // circuit-breaker: by default 30 s and 60 s pass after an outage; the parents of the actors have a backoff of their own.
        // serializer: the default, JSON, takes every type that is not bound, whatever allow-unregistered-types says; there is none of this name.
        return ConfigurationFactory.ParseString($$"""
            {{plugins.Journal}} {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
              connection-string = {{connection}}
              provider-name = "{{provider}}"
              parallelism = {{parallelism}}
              read-isolation-level = {{readIsolation}}
              serializer = none
              circuit-breaker.reset-timeout = 5s
              auto-initialize = true
              replay-filter.mode = fail
            }
            {{plugins.Snapshots}} {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
              connection-string = {{connection}}
              provider-name = "{{provider}}"
              read-isolation-level = {{readIsolation}}
              serializer = none
              circuit-breaker.reset-timeout = 5s
              auto-initialize = true
            }
            """);
    }
}

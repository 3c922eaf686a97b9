using Akka.Configuration;
using LogosActors.Actors.Persistence;

namespace LogosActors.Actors;

/// <summary>A database that keeps journals, which a package of its own brings, such as LogosActors.Postgres. Two that are the same place are equal.</summary>
public abstract record JournalDatabase
{
    /// <summary>The kind of the database, for people: nothing secret.</summary>
    public abstract string Name { get; }

    /// <summary>The configuration of a journal and a snapshot store in the database.</summary>
    /// <param name="plugins">The ids, of <see cref="PersistencePlugins.Named"/>.</param>
    public abstract Config Configure(PersistencePlugins plugins);

    /// <summary>Connects to the database, to lock names in it.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JournalDatabaseException">The database cannot be used, or does not answer.</exception>
    public abstract Task<IJournalLocks> ConnectAsync(CancellationToken cancellation);
}

/// <summary>Keeps two processes from writing under the same name to one database: locks on a connection of their own, with which they end. For one
/// caller at a time.</summary>
public interface IJournalLocks : IAsyncDisposable
{
    /// <summary>Acquires the lock of a name.</summary>
    /// <param name="name">What is written under.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False: another connection holds it.</returns>
    /// <exception cref="JournalDatabaseException">The connection has ended.</exception>
    Task<bool> TryAcquireAsync(string name, CancellationToken cancellation);

    /// <summary>Releases the lock of a name.</summary>
    /// <param name="name">What was acquired.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JournalDatabaseException">The connection has ended, and the lock with it.</exception>
    Task ReleaseAsync(string name, CancellationToken cancellation);

    /// <summary>Makes sure that the connection has not ended.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JournalDatabaseException">It has, and all locks with it.</exception>
    Task CheckAsync(CancellationToken cancellation);
}

/// <summary>Opens the databases that a configuration names.</summary>
public interface IJournalDatabases
{
    /// <summary>The database of a connection string.</summary>
    /// <param name="connectionString">How the database is reached, in its own form.</param>
    JournalDatabase Open(string connectionString);
}

/// <summary>A database of journals cannot be used, or does not answer.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="cause">What its client reported.</param>
public sealed class JournalDatabaseException(string message, Exception? cause = null) : Exception(message, cause);

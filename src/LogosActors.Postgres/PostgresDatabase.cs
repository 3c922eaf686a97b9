using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>A PostgreSQL database that keeps journals: any number of nodes and channels may share it.</summary>
/// <param name="ConnectionString">As Npgsql takes it.</param>
public sealed record PostgresDatabase(string ConnectionString) : JournalDatabase
{
    /// <summary>How many transactions are under way at the same time (Akka.Persistence.Sql's default).</summary>
    const int Parallelism = 3;

    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override string Name => "PostgreSQL";

    /// <inheritdoc/>
    public override Config Configure(PersistencePlugins plugins) =>
        JournalConfiguration.Sql(plugins, "PostgreSQL", ConnectionString, Parallelism, "unspecified");

    /// <inheritdoc/>
    public override async Task<IJournalLocks> ConnectAsync(CancellationToken cancellation)
    {
        NpgsqlConnection? connection = null;
        try
        {
            // Not from a pool, to which it would return with the locks.
            var own = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, KeepAlive = 10, Timeout = (int)ConnectTimeout.TotalSeconds };
            connection = new NpgsqlConnection(own.ConnectionString);
            await connection.OpenAsync(cancellation);
            return new PostgresLocks(connection);
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            if (PostgresLocks.IsOutage(e, cancellation) || e is ArgumentException)
                throw new JournalDatabaseException(e.Message, e);
            throw;
        }
    }

    /// <summary>Its name; the connection string, which may hold a password, is not shown.</summary>
    public override string ToString() => Name;
}

using Npgsql;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Makes pools of connections to PostgreSQL that are set up once each.</summary>
static class PostgresSource
{
    /// <param name="connectionString">In Npgsql's form.</param>
    /// <param name="maxConnections">How many connections the pool has at most.</param>
    /// <param name="commandTimeout">How long one command may take.</param>
    /// <param name="maxPrepared">How many statements each connection keeps prepared.</param>
    /// <param name="settings">SQL that sets each connection up.</param>
    /// <param name="connectTimeout">How long connecting may take; null: as the connection string says.</param>
    /// <returns>The pool, and the database's name for people.</returns>
    public static (NpgsqlDataSource Source, string Name) Create(
        string connectionString, int maxConnections, TimeSpan commandTimeout, int maxPrepared, string settings, TimeSpan? connectTimeout = null)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var connection = builder.ConnectionStringBuilder;
        connection.MaxPoolSize = maxConnections;
        connection.CommandTimeout = (int)commandTimeout.TotalSeconds;
        if (connectTimeout is { } timeout)
            connection.Timeout = (int)timeout.TotalSeconds;
        connection.Enlist = false;
        connection.MaxAutoPrepare = maxPrepared;
        connection.AutoPrepareMinUsages = 1;
        // The settings are to outlive the return to the pool; nothing else is ever set.
        connection.NoResetOnClose = true;
        builder.UsePhysicalConnectionInitializer(
            session => Configure(session).ExecuteNonQuery(),
            session => Configure(session).ExecuteNonQueryAsync());
        return (builder.Build(), $"{connection.Database ?? connection.Username} on {connection.Host}");

        NpgsqlCommand Configure(NpgsqlConnection session) => new(settings, session);
    }
}

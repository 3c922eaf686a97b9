using System.Net.Sockets;
using LogosActors.Delivery.Archive;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>The connections of a PostgreSQL archive, and its errors in the archive's words.</summary>
sealed class PostgresArchiveDatabase : IAsyncDisposable
{
    // A plan that was made while a table was empty would scan it for ever after; and planning again for each query would cost
    // more than the query, for it looks at every partition. Sorting all that matches is never right, a few of the same key is.
    const string Settings =
        "SET synchronous_commit = on; SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; "
        + "SET enable_sort = off; SET jit = off";

    // Statements that each connection keeps prepared: all that an archive has.
    const int MaxPrepared = 40;

    readonly NpgsqlDataSource _source;
    readonly string _name;

    public PostgresArchiveDatabase(PostgresArchiveOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var connection = builder.ConnectionStringBuilder;
        connection.MaxPoolSize = options.MaxConnections;
        connection.Timeout = connection.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        connection.Enlist = false;
        connection.MaxAutoPrepare = MaxPrepared;
        connection.AutoPrepareMinUsages = 1;
        // The settings outlive the return to the pool; nothing else is ever set.
        connection.NoResetOnClose = true;
        builder.UsePhysicalConnectionInitializer(
            static session => Configure(session).ExecuteNonQuery(),
            static session => Configure(session).ExecuteNonQueryAsync());
        _source = builder.Build();
        _name = $"{connection.Database ?? connection.Username} on {connection.Host}";
    }

    /// <summary>Runs some work on a connection of the pool.</summary>
    /// <exception cref="ArchiveException">The database did not do what was asked.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await work(connection, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or SocketException)
        {
            throw Explain(e);
        }
    }

    public ArchiveException Newer(int version, int known) => new(
        ArchiveFailure.Newer,
        $"The archive ({_name}) has schema version {version}, this program knows {known}: run the newer program. Nothing was written.");

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    static NpgsqlCommand Configure(NpgsqlConnection session) => new(Settings, session);

    ArchiveException Explain(Exception cause)
    {
        var (failure, text) = cause switch
        {
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => (ArchiveFailure.Full, "there is no room on its disk"),
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => (
                ArchiveFailure.ReadOnly, "it is read-only: is the server a standby?"),
            PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => (ArchiveFailure.Locked, "somebody else has locked it"),
            PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } damaged => (
                ArchiveFailure.Damaged, $"it is damaged, {damaged.MessageText}"),
            PostgresException
            {
                SqlState: PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
            } away => (ArchiveFailure.Unreachable, away.MessageText),
            // Classes 22, data exception, and 23, integrity constraint violation (PostgreSQL, Appendix A).
            PostgresException { SqlState: ['2', '2' or '3', ..] } refused => (
                ArchiveFailure.Refused, $"it does not take a message, {refused.MessageText} ({refused.SqlState})"),
            PostgresException answered => (ArchiveFailure.Other, $"{answered.MessageText} ({answered.SqlState})"),
            _ => (ArchiveFailure.Unreachable, $"it cannot be reached, {cause.Message}"),
        };
        return new(failure, $"The archive ({_name}) failed: {text}.", cause);
    }
}

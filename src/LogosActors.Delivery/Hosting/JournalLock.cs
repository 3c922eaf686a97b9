using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace LogosActors.Delivery.Hosting;

/// <summary>Keeps two processes from writing under the same names to one database: an advisory lock, on a connection of its own.</summary>
/// <remarks>For one caller at a time. The lock ends with the connection; <see cref="KeepAsync"/> takes it again after an outage.</remarks>
internal sealed class PostgresLock : IAsyncDisposable
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    readonly string _connectionString;
    readonly long _key;
    NpgsqlConnection? _connection;

    PostgresLock(string connectionString, long key) => (_connectionString, _key) = (connectionString, key);

    public enum State
    {
        Held,

        /// <summary>The database does not answer: neither this process nor another one can write.</summary>
        Away,

        /// <summary>Another process has it.</summary>
        Taken,
    }

    /// <summary>Takes the lock of a name.</summary>
    /// <param name="connectionString">The database, as Npgsql takes it.</param>
    /// <param name="name">The beginning of all persistence ids that are written.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NodeStartException">The database does not answer, or another process has the lock.</exception>
    public static async Task<PostgresLock> AcquireAsync(string connectionString, string name, CancellationToken cancellation)
    {
        PostgresLock? held = null;
        try
        {
            // Not from a pool, to which it would return with the lock.
            var connection = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 10, Timeout = (int)ConnectTimeout.TotalSeconds };
            held = new PostgresLock(connection.ConnectionString, KeyOf(name));
            if (await held.TryLockAsync(cancellation))
                return held;
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or TimeoutException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            if (held is not null)
                await held.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new NodeStartException(NodeStartFailure.Journal, $"The journal's database cannot be used: {e.Message}", e);
        }
        await held.DisposeAsync();
        throw new NodeStartException(
            NodeStartFailure.JournalInUse, $"Another process writes to the journal's database as '{name}'; stop that, or give this node another key.");
    }

    /// <summary>Makes sure that the lock is still held.</summary>
    public async Task<State> KeepAsync(CancellationToken cancellation)
    {
        try
        {
            if (_connection is not null)
            {
                await using var ask = new NpgsqlCommand("SELECT 1", _connection);
                await ask.ExecuteScalarAsync(cancellation);
                return State.Held;
            }
            return await TryLockAsync(cancellation) ? State.Held : State.Taken;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            await DisposeAsync();
            return State.Away;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    async Task<bool> TryLockAsync(CancellationToken cancellation)
    {
        _connection = new NpgsqlConnection(_connectionString);
        await _connection.OpenAsync(cancellation);
        await using (var ask = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", _connection) { Parameters = { new() { Value = _key } } })
        {
            if (await ask.ExecuteScalarAsync(cancellation) is true)
                return true;
        }
        await DisposeAsync();
        return false;
    }

    static long KeyOf(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"logos-journal\0{name}")));
}

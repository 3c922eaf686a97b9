using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LogosActors.Channels.Hosting;

/// <summary>Keeps two processes from writing the history of one channel to a PostgreSQL database: an advisory lock for each channel, all on one
/// connection of their own. For any number of threads.</summary>
/// <remarks>Locks end with the connection, as when the database is restarted: they are taken again as soon as it answers. A channel whose lock
/// another process has taken meanwhile is lost to this one.</remarks>
internal sealed class HistoryLocks : IAsyncDisposable
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    readonly string _connectionString;
    readonly ILogger _log;
    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<string, Action> _held = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _stopping = new();
    NpgsqlConnection? _connection;
    Task _keeping = Task.CompletedTask;

    HistoryLocks(string connectionString, ILogger log) => (_connectionString, _log) = (connectionString, log);

    /// <summary>Connects to a database.</summary>
    /// <exception cref="ChannelOpenException">It does not answer.</exception>
    public static async Task<HistoryLocks> OpenAsync(string connectionString, ILogger log)
    {
        HistoryLocks? locks = null;
        try
        {
            // Not from a pool, to which it would return with the locks.
            var own = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = (int)ConnectTimeout.TotalSeconds };
            locks = new HistoryLocks(own.ConnectionString, log);
            await locks.ConnectAsync(CancellationToken.None);
        }
        catch (Exception e) when (IsOutage(e) || e is ArgumentException)
        {
            if (locks is not null)
                await locks.DisposeAsync();
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history cannot be kept in 'postgres': {e.Message}", e);
        }
        locks._keeping = locks.KeepAsync();
        return locks;
    }

    /// <summary>Takes the lock of a channel.</summary>
    /// <param name="persistenceId">Names the channel's history.</param>
    /// <param name="lost">Called when another process has taken it after an outage.</param>
    /// <exception cref="ChannelOpenException">Another process has it, or the database does not answer.</exception>
    public async Task AcquireAsync(string persistenceId, Action lost)
    {
        await _turn.WaitAsync();
        try
        {
            if (_connection is null)
                await ConnectAsync(CancellationToken.None);
            if (!await TryLockAsync(persistenceId, CancellationToken.None))
                throw new ChannelOpenException(
                    ChannelOpenFailure.History, "The channel is open in another process, with the same sender and history: close it there, or use another sender id.");
            _held[persistenceId] = lost;
        }
        catch (Exception e) when (IsOutage(e))
        {
            await DisconnectAsync();
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history cannot be kept in 'postgres': {e.Message}", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Leaves a channel to others.</summary>
    public async Task ReleaseAsync(string persistenceId)
    {
        await _turn.WaitAsync();
        try
        {
            if (_held.Remove(persistenceId) && _connection is { } connection)
                await AskAsync(connection, "SELECT pg_advisory_unlock($1)", persistenceId, CancellationToken.None);
        }
        catch (Exception e) when (IsOutage(e))
        {
            await DisconnectAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keeping;
        await DisconnectAsync();
        _stopping.Dispose();
        _turn.Dispose();
    }

    async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(CheckInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await CheckAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The history is being closed.
        }
    }

    async Task CheckAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_connection is { } connection)
            {
                await using var ask = new NpgsqlCommand("SELECT 1", connection);
                await ask.ExecuteScalarAsync(cancellation);
                return;
            }
            await ConnectAsync(cancellation);
            foreach (var (id, lost) in _held.ToList())
            {
                if (await TryLockAsync(id, cancellation))
                    continue;
                _held.Remove(id);
                _log.LogError("Another process has opened {History} while the database was away; it is closed here", id);
                lost();
            }
        }
        catch (Exception e) when (IsOutage(e))
        {
            await DisconnectAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task ConnectAsync(CancellationToken cancellation)
    {
        _connection = new NpgsqlConnection(_connectionString);
        await _connection.OpenAsync(cancellation);
    }

    async Task DisconnectAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    async Task<bool> TryLockAsync(string id, CancellationToken cancellation) =>
        await AskAsync(_connection!, "SELECT pg_try_advisory_lock($1)", id, cancellation) is true;

    static async Task<object?> AskAsync(NpgsqlConnection connection, string statement, string id, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // constants of this file
        await using var ask = new NpgsqlCommand(statement, connection) { Parameters = { new() { Value = KeyOf(id) } } };
#pragma warning restore CA2100
        return await ask.ExecuteScalarAsync(cancellation);
    }

    static bool IsOutage(Exception e) => e is NpgsqlException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException;

    static long KeyOf(string id) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"logos-channel\0{id}")));
}

using LogosActors.Actors;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Hosting;

/// <summary>Keeps two processes from writing the history of one channel to a database: a lock for each channel, all on one
/// connection of their own. For any number of threads.</summary>
/// <remarks>Locks end with the connection, as when the database is restarted: they are taken again as soon as it answers. A channel whose lock
/// another process has taken meanwhile is lost to this one.</remarks>
internal sealed class HistoryLocks : IAsyncDisposable
{
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    readonly JournalDatabase _database;
    readonly ILogger _log;
    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<string, Action> _held = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _stopping = new();
    IJournalLocks? _connection;
    Task _keeping = Task.CompletedTask;

    HistoryLocks(JournalDatabase database, ILogger log) => (_database, _log) = (database, log);

    /// <summary>Connects to a database.</summary>
    /// <exception cref="ChannelOpenException">It does not answer.</exception>
    public static async Task<HistoryLocks> OpenAsync(JournalDatabase database, ILogger log)
    {
        var locks = new HistoryLocks(database, log);
        try
        {
            await locks.ConnectAsync(CancellationToken.None);
        }
        catch (JournalDatabaseException e)
        {
            await locks.DisposeAsync();
            throw locks.CannotBeKept(e);
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
        catch (JournalDatabaseException e)
        {
            await DisconnectAsync();
            throw CannotBeKept(e);
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
                await connection.ReleaseAsync(NameOf(persistenceId), CancellationToken.None);
        }
        catch (JournalDatabaseException)
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
                await connection.CheckAsync(cancellation);
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
        catch (JournalDatabaseException)
        {
            await DisconnectAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task ConnectAsync(CancellationToken cancellation) => _connection = await _database.ConnectAsync(cancellation);

    async Task DisconnectAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    Task<bool> TryLockAsync(string id, CancellationToken cancellation) => _connection!.TryAcquireAsync(NameOf(id), cancellation);

    ChannelOpenException CannotBeKept(JournalDatabaseException cause) =>
        new(ChannelOpenFailure.History, $"The history cannot be kept in '{_database.Name}': {cause.Message}", cause);

    static string NameOf(string id) => $"logos-channel\0{id}";
}

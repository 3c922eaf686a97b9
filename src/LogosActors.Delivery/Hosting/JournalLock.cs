using LogosActors.Actors;

namespace LogosActors.Delivery.Hosting;

/// <summary>Keeps two processes from writing under the same names to one database.</summary>
/// <remarks>For one caller at a time. The lock ends with the connection; <see cref="KeepAsync"/> takes it again after an outage.</remarks>
internal sealed class JournalLock : IAsyncDisposable
{
    readonly JournalDatabase _database;
    readonly string _name;
    IJournalLocks? _connection;

    JournalLock(JournalDatabase database, string name) => (_database, _name) = (database, $"logos-journal\0{name}");

    public enum State
    {
        Held,

        /// <summary>The database does not answer: neither this process nor another one can write.</summary>
        Away,

        /// <summary>Another process has it.</summary>
        Taken,
    }

    /// <summary>Takes the lock of a name.</summary>
    /// <param name="database">The database.</param>
    /// <param name="name">The beginning of all persistence ids that are written.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NodeStartException">The database does not answer, or another process has the lock.</exception>
    public static async Task<JournalLock> AcquireAsync(JournalDatabase database, string name, CancellationToken cancellation)
    {
        var held = new JournalLock(database, name);
        try
        {
            if (await held.TryLockAsync(cancellation))
                return held;
        }
        catch (JournalDatabaseException e)
        {
            await held.DisposeAsync();
            throw new NodeStartException(NodeStartFailure.Journal, $"The journal's database cannot be used: {e.Message}", e);
        }
        throw new NodeStartException(
            NodeStartFailure.JournalInUse, $"Another process writes to the journal's database as '{name}'; stop that, or give this node another key.");
    }

    /// <summary>Makes sure that the lock is still held.</summary>
    public async Task<State> KeepAsync(CancellationToken cancellation)
    {
        try
        {
            if (_connection is null)
                return await TryLockAsync(cancellation) ? State.Held : State.Taken;
            await _connection.CheckAsync(cancellation);
            return State.Held;
        }
        catch (JournalDatabaseException)
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
        _connection = await _database.ConnectAsync(cancellation);
        if (await _connection.TryAcquireAsync(_name, cancellation))
            return true;
        await DisposeAsync();
        return false;
    }
}

using System.Collections.Concurrent;
using SQLitePCL;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>A change to a SQLite file.</summary>
abstract class SqliteChange(int events, long bytes) : PendingChange(events, bytes)
{
    /// <summary>Applies the change inside the group's transaction, or sets <see cref="PendingChange.Refusal"/> before
    /// anything was changed.</summary>
    public abstract void Apply(SqliteWriter writer);
}

/// <summary>A SQLite file with one writing thread and a few reading connections, shared by the stores of this process.</summary>
/// <remarks>
/// After any failure the connection in question is closed and the next use opens a new one: whatever the cause was, once
/// it is gone the file works again.
/// </remarks>
sealed class SqliteDatabase : IAsyncDisposable
{
    static readonly Dictionary<SqliteJournalOptions, SqliteDatabase> Open = [];

    readonly SqliteJournalOptions _options;
    readonly CommitQueue<SqliteChange> _queue;
    readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentStack<SqliteReader> _idleReaders = [];
    readonly SemaphoreSlim _readers;
    SqliteWriter? _writer;
    int _stores;
    volatile bool _prepared;

    SqliteDatabase(SqliteJournalOptions options)
    {
        _options = options;
        _readers = new SemaphoreSlim(options.MaxReaders);
        _queue = new CommitQueue<SqliteChange>(
            $"The journal '{options.Path}'", options.MaxPendingWrites, options.MaxBatchEvents, options.MaxBatchBytes, wakeInline: true);
        new Thread(CommitGroups) { IsBackground = true, Name = $"journal {Path.GetFileName(options.Path)}" }.Start();
    }

    /// <summary>The database for these options, shared with the other stores of this process that have equal ones.</summary>
    public static SqliteDatabase Acquire(SqliteJournalOptions options)
    {
        lock (Open)
        {
            if (!Open.TryGetValue(options, out var database))
                Open.Add(options, database = new SqliteDatabase(options));
            database._stores++;
            return database;
        }
    }

    /// <summary>Gives back one acquisition, once what was accepted is committed; the last one closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        bool last;
        lock (Open)
        {
            last = --_stores == 0;
            if (last)
                Open.Remove(_options);
        }

        if (last)
            await CloseAsync();
        else if (_prepared)
            await FlushAsync();
    }

    /// <summary>Opens the file and creates the tables when needed.</summary>
    public ValueTask PrepareAsync(CancellationToken cancellation)
        => _prepared ? ValueTask.CompletedTask : _queue.SubmitAsync(new Preparation(), cancellation);

    /// <summary>Queues a change; completes when it is durable.</summary>
    public ValueTask SubmitAsync(SqliteChange change, CancellationToken cancellation = default)
        => _queue.SubmitAsync(change, cancellation);

    /// <summary>Reads with one of the reading connections, on the caller's thread.</summary>
    public async ValueTask<T> ReadAsync<T, TState>(TState state, Func<SqliteReader, TState, T> read, CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        await _readers.WaitAsync(cancellation);
        try
        {
            if (!_idleReaders.TryPop(out var reader))
                reader = new SqliteReader(SqliteSchema.OpenReader(_options));
            try
            {
                var result = read(reader, state);
                _idleReaders.Push(reader);
                return result;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        catch (SqliteFailure failure)
        {
            throw Explain(failure);
        }
        finally
        {
            _readers.Release();
        }
    }

    async Task CloseAsync()
    {
        _queue.Close();
#pragma warning disable VSTHRD003 // The writing thread's end; there is no context to deadlock on.
        await _stopped.Task;
#pragma warning restore VSTHRD003
        for (var i = 0; i < _options.MaxReaders; i++)
            await _readers.WaitAsync();
        while (_idleReaders.TryPop(out var reader))
            reader.Dispose();
        _readers.Dispose();
    }

    async Task FlushAsync()
    {
        try
        {
            await _queue.SubmitAsync(new Preparation());
        }
        catch (Exception e) when (e is JournalException or ObjectDisposedException)
        {
            // Each writer has heard of its own failure.
        }
    }

    void CommitGroups()
    {
        var group = new List<SqliteChange>();
        while (_queue.WaitForGroup())
        {
            _queue.TakeGroup(group);
            if (TryCommit(group) is { } failure)
                group.ForEach(change => change.Failed(Explain(failure)));
            else
                group.ForEach(change => change.Committed());
        }

        _writer?.Dispose();
        _stopped.SetResult();
    }

    /// <summary>Commits the whole group in one transaction, less the changes that are refused.</summary>
    /// <returns>Why nothing was committed, or null.</returns>
    Exception? TryCommit(List<SqliteChange> group)
    {
        try
        {
            var writer = _writer ??= new SqliteWriter(SqliteSchema.OpenWriter(_options));
            _prepared = true;
            if (group.TrueForAll(change => change is Preparation))
                return null;
            writer.Begin();
            SqliteSchema.CheckVersion(writer.Version(), _options.Path);
            foreach (var change in group)
                change.Apply(writer);
            writer.Commit();
            return null;
        }
#pragma warning disable CA1031 // The thread serves every actor of the process; whatever happens, it goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Closing rolls back. A commit whose outcome is in doubt counts as failed: the actors recover what is there.
            _writer?.Dispose();
            _writer = null;
            return e;
        }
    }

    JournalException Explain(Exception cause) => cause switch
    {
        NewerJournalException newer => new NewerJournalException(newer.Message),
        SqliteFailure failure => new JournalException($"{Describe(failure)} Nothing was lost that had been acknowledged.", failure),
        UnauthorizedAccessException or IOException
            => new JournalException($"The directory of the journal '{_options.Path}' cannot be created: {cause.Message}", cause),
        _ => new JournalException($"The journal '{_options.Path}' failed: {cause.Message}", cause),
    };

    string Describe(SqliteFailure failure) => failure.PrimaryCode switch
    {
        raw.SQLITE_FULL => $"The disk under the journal '{_options.Path}' is full.",
        raw.SQLITE_READONLY => $"The journal '{_options.Path}' is read-only.",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED
            => $"The journal '{_options.Path}' is locked by another process (waited {_options.BusyTimeout.TotalSeconds:0.###} s).",
        raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH
            => $"The journal '{_options.Path}' cannot be opened: check its directory and permissions ({failure.Message}).",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB
            => $"The journal '{_options.Path}' is damaged or no SQLite file ({failure.Message}).",
        raw.SQLITE_IOERR => $"The journal '{_options.Path}' could not be read or written (I/O error {failure.Code}).",
        _ => $"The journal '{_options.Path}' failed: {failure.Message} (SQLite {failure.Code}).",
    };

    /// <summary>Opens the file, and comes back when all that was queued before has been committed.</summary>
    sealed class Preparation() : SqliteChange(1, 0)
    {
        public override void Apply(SqliteWriter writer)
        {
        }
    }
}

/// <summary>The connection that writes, with its prepared statements.</summary>
sealed class SqliteWriter(SqliteSession session) : IDisposable
{
    readonly SqliteStatement _begin = session.Prepare("BEGIN IMMEDIATE");
    readonly SqliteStatement _commit = session.Prepare("COMMIT");
    readonly SqliteStatement _version = session.Prepare("PRAGMA user_version");

    public SqliteStatement Highest { get; } = session.Prepare(
        "SELECT max(sequence_number) FROM journal WHERE persistence_id = ?1");

    public SqliteStatement Append { get; } = session.Prepare(
        """
        INSERT INTO journal (persistence_id, created, writer_uuid, deleted, sequence_number, message, manifest, identifier)
        VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7)
        """);

    public SqliteStatement LastUpTo { get; } = session.Prepare(
        "SELECT max(sequence_number) FROM journal WHERE persistence_id = ?1 AND sequence_number <= ?2");

    public SqliteStatement MarkDeleted { get; } = session.Prepare(
        "UPDATE journal SET deleted = 1 WHERE persistence_id = ?1 AND sequence_number = ?2");

    public SqliteStatement RemoveBelow { get; } = session.Prepare(
        "DELETE FROM journal WHERE persistence_id = ?1 AND sequence_number < ?2");

    public SqliteStatement RemoveTags { get; } = session.Prepare(
        "DELETE FROM tags WHERE persistence_id = ?1 AND sequence_nr <= ?2");

    public SqliteStatement SaveSnapshot { get; } = session.Prepare(
        """
        INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (persistence_id, sequence_number) DO UPDATE SET
            created = excluded.created, snapshot = excluded.snapshot,
            manifest = excluded.manifest, serializer_id = excluded.serializer_id
        """);

    public SqliteStatement RemoveSnapshots { get; } = session.Prepare(
        "DELETE FROM snapshot WHERE persistence_id = ?1 AND sequence_number <= ?2");

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public long Version() => _version.RunForNumber();

    public void Dispose() => session.Dispose();
}

/// <summary>A connection that reads, with its prepared statements.</summary>
sealed class SqliteReader(SqliteSession session) : IDisposable
{
    byte[] _manifestBytes = [];
    string _manifest = "";

    public SqliteStatement Highest { get; } = session.Prepare(
        "SELECT max(sequence_number) FROM journal WHERE persistence_id = ?1");

    public SqliteStatement Page { get; } = session.Prepare(
        """
        SELECT sequence_number, identifier, manifest, message FROM journal
        WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND deleted = 0
        ORDER BY sequence_number LIMIT ?4
        """);

    public SqliteStatement NewestSnapshot { get; } = session.Prepare(
        """
        SELECT sequence_number, serializer_id, manifest, snapshot, created FROM snapshot
        WHERE persistence_id = ?1 AND sequence_number <= ?2
        ORDER BY sequence_number DESC LIMIT 1
        """);

    /// <summary>The stored bytes in columns 1 – 3 of the current row: serializer, manifest, payload.</summary>
    /// <exception cref="UnreadableEventException">The row says not how its payload was written.</exception>
    public SerializedEvent Stored(SqliteStatement row, string persistenceId)
    {
        if (row.IsNull(1))
            throw new UnreadableEventException($"Row {row.Number(0)} of '{persistenceId}' names no serializer.");
        return new SerializedEvent((int)row.Number(1), Manifest(row.Bytes(2)), row.Bytes(3).ToArray());
    }

    public void Dispose() => session.Dispose();

    // Neighbouring events are mostly of one type: its name is decoded once.
    string Manifest(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.SequenceEqual(_manifestBytes))
        {
            _manifest = System.Text.Encoding.UTF8.GetString(utf8);
            _manifestBytes = utf8.ToArray();
        }

        return _manifest;
    }
}

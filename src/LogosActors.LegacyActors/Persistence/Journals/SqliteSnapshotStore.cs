namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Stores snapshots in a SQLite file, in the table of Akka.Persistence.Sql 1.5's default mapping.</summary>
/// <remarks>With the options of a <see cref="SqliteJournal"/> it shares that journal's file and group commits.</remarks>
public sealed class SqliteSnapshotStore : ISnapshotStore
{
    readonly SqliteJournalOptions _options;
    readonly SqliteDatabase _database;
    int _disposed;

    /// <summary>Creates a store; touches no file yet.</summary>
    /// <param name="options">The file and the limits.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public SqliteSnapshotStore(SqliteJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _database = SqliteDatabase.Acquire(_options);
    }

    /// <inheritdoc/>
    public ValueTask<StoredSnapshot?> LoadAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.ReadAsync(
            (persistenceId, maxSequenceNr), static (reader, wanted) => Load(reader, wanted.persistenceId, wanted.maxSequenceNr), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(string persistenceId, StoredSnapshot snapshot, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var bytes = HistoryRules.CheckLimits(persistenceId, snapshot, _options.MaxWriteBytes);
        await _database.SubmitAsync(new Save(persistenceId, snapshot, bytes), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.SubmitAsync(new Deletion(persistenceId, maxSequenceNr), cancellation);
    }

    /// <summary>Commits what was accepted, then closes the file unless a journal still uses it.</summary>
    public ValueTask DisposeAsync()
        => Interlocked.Exchange(ref _disposed, 1) == 0 ? _database.DisposeAsync() : ValueTask.CompletedTask;

    static StoredSnapshot? Load(SqliteReader reader, string persistenceId, long maxSequenceNr)
    {
        var row = reader.NewestSnapshot.Bind(1, persistenceId).Bind(2, maxSequenceNr);
        try
        {
            return row.Step()
                ? new StoredSnapshot(row.Number(0), StoredTime.FromTicks(row.Number(4)), reader.Stored(row, persistenceId))
                : null;
        }
        finally
        {
            row.Reset();
        }
    }

    sealed class Save(string persistenceId, StoredSnapshot snapshot, long bytes) : SqliteChange(1, bytes)
    {
        public override void Apply(SqliteWriter writer)
            => writer.SaveSnapshot
                .Bind(1, persistenceId).Bind(2, snapshot.SequenceNr).Bind(3, snapshot.Timestamp.UtcTicks)
                .Bind(4, snapshot.State.Payload.Span).Bind(5, snapshot.State.Manifest).Bind(6, snapshot.State.SerializerId)
                .Run();
    }

    sealed class Deletion(string persistenceId, long maxSequenceNr) : SqliteChange(1, 0)
    {
        public override void Apply(SqliteWriter writer)
            => writer.RemoveSnapshots.Bind(1, persistenceId).Bind(2, maxSequenceNr).Run();
    }
}

using Npgsql;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Stores snapshots in PostgreSQL, in the table of Akka.Persistence.Sql 1.5's default mapping.</summary>
public sealed class PostgresSnapshotStore : ISnapshotStore
{
    readonly PostgresJournalOptions _options;
    readonly PostgresDatabase _database;
    int _disposed;

    /// <summary>Creates a store; connects to nothing yet.</summary>
    /// <param name="options">The database and the limits.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PostgresSnapshotStore(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _database = new PostgresDatabase(_options);
    }

    /// <inheritdoc/>
    public ValueTask<StoredSnapshot?> LoadAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.RunAsync<StoredSnapshot?>(
            async connection =>
            {
                await using var query = new NpgsqlCommand(
                    """
                    SELECT sequence_number, serializer_id, manifest, snapshot, created FROM snapshot
                    WHERE persistence_id = $1 AND sequence_number <= $2
                    ORDER BY sequence_number DESC LIMIT 1
                    """,
                    connection);
                query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                query.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxSequenceNr });
                await using var row = await query.ExecuteReaderAsync(cancellation);
                return await row.ReadAsync(cancellation)
                    ? new StoredSnapshot(
                        row.GetInt64(0), StoredTime.FromTicks(row.GetInt64(4)), PostgresRow.Stored(row, persistenceId))
                    : null;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(string persistenceId, StoredSnapshot snapshot, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        HistoryRules.CheckLimits(persistenceId, snapshot, _options.MaxWriteBytes);
        await _database.RunAsync(
            async connection =>
            {
                await using var save = new NpgsqlCommand(
                    """
                    INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (persistence_id, sequence_number) DO UPDATE SET
                        created = excluded.created, snapshot = excluded.snapshot,
                        manifest = excluded.manifest, serializer_id = excluded.serializer_id
                    """,
                    connection);
                save.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                save.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.SequenceNr });
                save.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Timestamp.UtcTicks });
                save.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = PostgresRow.Bytes(snapshot.State.Payload) });
                save.Parameters.Add(new NpgsqlParameter<string> { TypedValue = snapshot.State.Manifest });
                save.Parameters.Add(new NpgsqlParameter<int> { TypedValue = snapshot.State.SerializerId });
                return await save.ExecuteNonQueryAsync(cancellation);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _database.RunAsync(
            async connection =>
            {
                await using var delete = new NpgsqlCommand(
                    "DELETE FROM snapshot WHERE persistence_id = $1 AND sequence_number <= $2", connection);
                delete.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                delete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxSequenceNr });
                return await delete.ExecuteNonQueryAsync(cancellation);
            },
            cancellation);
    }

    /// <summary>Closes the connections, once what is under way has ended.</summary>
    public ValueTask DisposeAsync()
        => Interlocked.Exchange(ref _disposed, 1) == 0 ? _database.DisposeAsync() : ValueTask.CompletedTask;
}

using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Stores events in PostgreSQL: for nodes that share a database.</summary>
/// <remarks>
/// <para>The tables are those of Akka.Persistence.Sql 1.5's default mapping. A completed write is committed with
/// <c>synchronous_commit = on</c>.</para>
/// <para>The writes of many actors share a statement: a group is what arrived while the previous one was committed. In a
/// group a write that is refused fails alone. A lost connection fails the writes that were under way, whose outcome is
/// unknown; the next group connects again.</para>
/// <para>The tables are created at the first use, or by <see cref="OpenAsync"/>. The schema's version is checked there and in
/// each append, so that a newer program that takes the tables over ends the writing of an older one; reads and deletions go
/// on until the older one is restarted.</para>
/// </remarks>
public sealed class PostgresJournal : IJournal
{
    readonly PostgresJournalOptions _options;
    readonly PostgresDatabase _database;
    readonly PostgresWriter[] _writers;
    int _disposed;

    /// <summary>Creates a journal; connects to nothing yet.</summary>
    /// <param name="options">The database and the limits.</param>
    /// <param name="time">Stamps the rows; the system's time when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PostgresJournal(PostgresJournalOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _database = new PostgresDatabase(_options);
        _writers = new PostgresWriter[_options.MaxWriters];
        for (var i = 0; i < _writers.Length; i++)
            _writers[i] = new PostgresWriter(_database, _options, time ?? TimeProvider.System);
    }

    /// <summary>Connects and creates the tables now, so that a fault shows at the start.</summary>
    /// <exception cref="NewerJournalException">A newer version wrote the tables.</exception>
    /// <exception cref="JournalException">The database cannot be used.</exception>
    public ValueTask OpenAsync(CancellationToken cancellation) => _database.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.RunAsync(
            async connection =>
            {
                await using var query = new NpgsqlCommand(
                    "SELECT max(sequence_number) FROM journal WHERE persistence_id = $1", connection);
                query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                return await query.ExecuteScalarAsync(cancellation) as long? ?? 0;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.RunAsync<IReadOnlyList<JournalEntry>>(
            async connection =>
            {
                await using var query = new NpgsqlCommand(
                    """
                    SELECT sequence_number, identifier, manifest, message FROM journal
                    WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND NOT deleted
                    ORDER BY sequence_number LIMIT $4
                    """,
                    connection);
                query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                query.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromSequenceNr });
                query.Parameters.Add(new NpgsqlParameter<long> { TypedValue = toSequenceNr });
                query.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
                await using var rows = await query.ExecuteReaderAsync(cancellation);
                var entries = new List<JournalEntry>();
                while (await rows.ReadAsync(cancellation))
                    entries.Add(new JournalEntry(rows.GetInt64(0), PostgresRow.Stored(rows, persistenceId)));
                return entries;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(JournalWrite write)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var bytes = HistoryRules.CheckLimits(write, _options.MaxWriteBytes);
        var writer = _writers[(uint)write.PersistenceId.GetHashCode(StringComparison.Ordinal) % (uint)_writers.Length];
        await writer.SubmitAsync(new PostgresAppend(write, bytes));
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _database.RunAsync(
            async connection =>
            {
                // The last row goes on as a tombstone, as in Akka: it is what keeps the highest number known.
                await using var delete = new NpgsqlCommand(
                    """
                    WITH last AS MATERIALIZED (
                        SELECT max(sequence_number) AS nr FROM journal WHERE persistence_id = $1 AND sequence_number <= $2),
                    marked AS (
                        UPDATE journal SET deleted = true FROM last WHERE persistence_id = $1 AND sequence_number = last.nr),
                    untagged AS (
                        DELETE FROM tags USING last WHERE persistence_id = $1 AND sequence_nr <= last.nr)
                    DELETE FROM journal USING last WHERE persistence_id = $1 AND sequence_number < last.nr
                    """,
                    connection);
                delete.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
                delete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = toSequenceNr });
                return await delete.ExecuteNonQueryAsync(cancellation);
            },
            cancellation);
    }

    /// <summary>Commits what was accepted, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        foreach (var writer in _writers)
            await writer.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>A write that waits for its commit.</summary>
sealed class PostgresAppend(JournalWrite write, long bytes) : PendingChange(write.Events.Count, bytes)
{
    public JournalWrite Write { get; } = write;
}

/// <summary>One connection that commits the appends of its share of persistence ids, group by group.</summary>
sealed class PostgresWriter : IAsyncDisposable
{
    // Checks and inserts in one round trip, which is also the transaction. What it sees of the highest numbers may be
    // overtaken by another process before the insert: then the unique constraint refuses the whole statement.
    const string AppendSql = $"""
        WITH newer AS MATERIALIZED ({PostgresSchema.NewerVersionSql}),
        history AS MATERIALIZED (
            SELECT h.place, h.persistence_id, h.expected, coalesce(
                (SELECT max(j.sequence_number) FROM journal j WHERE j.persistence_id = h.persistence_id), 0) AS highest
            FROM unnest($1, $2) WITH ORDINALITY AS h (persistence_id, expected, place)),
        appended AS (
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT $3, false, h.persistence_id, e.sequence_number, e.message, e.manifest, e.identifier, e.writer_uuid
            FROM unnest($4, $5, $6, $7, $8, $9) WITH ORDINALITY
                AS e (history, sequence_number, message, manifest, identifier, writer_uuid, place)
            JOIN history h ON h.place = e.history AND h.highest = h.expected
            WHERE NOT EXISTS (SELECT FROM newer)
            ORDER BY e.place)
        SELECT persistence_id, highest FROM history WHERE highest <> expected
        UNION ALL SELECT NULL, version FROM newer
        """;

    // While the statement above was at work (it may have waited for somebody's lock), another process may have continued a
    // history and deleted again what would have been in our way. Its last event is still there, after ours: inserting that
    // anew breaks the unique constraint, and with it the transaction that both statements share.
    const string ConfirmSql = """
        INSERT INTO journal (created, deleted, persistence_id, sequence_number, message)
        SELECT j.created, j.deleted, j.persistence_id, j.sequence_number, j.message
        FROM unnest($1, $2, $3) AS h (persistence_id, last, writer_uuid)
        JOIN journal j ON j.persistence_id = h.persistence_id AND j.sequence_number > h.last
        WHERE h.writer_uuid = (
            SELECT own.writer_uuid FROM journal own WHERE own.persistence_id = h.persistence_id AND own.sequence_number = h.last)
        """;

    readonly PostgresDatabase _database;
    readonly TimeProvider _time;
    readonly CommitQueue<PostgresAppend> _queue;
    readonly Task _committing;
    NpgsqlConnection? _connection;

    public PostgresWriter(PostgresDatabase database, PostgresJournalOptions options, TimeProvider time)
    {
        _database = database;
        _time = time;
        _queue = new CommitQueue<PostgresAppend>(
            "The PostgreSQL journal", Math.Max(1, options.MaxPendingWrites / options.MaxWriters),
            options.MaxBatchEvents, options.MaxBatchBytes, wakeInline: false);
        _committing = Task.Run(CommitGroupsAsync);
    }

    public ValueTask SubmitAsync(PostgresAppend append) => _queue.SubmitAsync(append);

    public async ValueTask DisposeAsync()
    {
        _queue.Close();
#pragma warning disable VSTHRD003 // Started by this object, on the thread pool.
        await _committing;
#pragma warning restore VSTHRD003
    }

    async Task CommitGroupsAsync()
    {
        var group = new List<PostgresAppend>();
        while (await _queue.WaitForGroupAsync())
        {
            _queue.TakeGroup(group);
            await CommitAsync(group);
        }

        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    async Task CommitAsync(List<PostgresAppend> group)
    {
        try
        {
            await AppendAsync(group);
        }
        catch (PostgresException e) when (group.Count > 1 && IsConflict(e))
        {
            // Some history here has another writer. Only its own write is to fail.
            foreach (var append in group)
                await CommitAsync([append]);
            return;
        }
        catch (PostgresException e) when (IsConflict(e))
        {
            var write = group[0].Write;
            group[0].Refusal = new WriterFencedException(
                write.PersistenceId, $"event {write.FirstSequenceNr} was written at the same time.", e);
        }
#pragma warning disable CA1031 // The loop serves every actor of the process; whatever happens, it goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await DropConnectionAsync();
            group.ForEach(append => append.Failed(_database.Explain(e)));
            return;
        }

        group.ForEach(append => append.Committed());
    }

    async Task AppendAsync(List<PostgresAppend> group)
    {
        await _database.PrepareAsync(CancellationToken.None);
        _connection ??= await _database.OpenWriterAsync();
        var rows = new PostgresAppendRows(group);
        // One round trip and one transaction.
        await using var batch = new NpgsqlBatch(_connection)
        {
            BatchCommands = { rows.Append(AppendSql, _time.GetUtcNow().UtcTicks), rows.Confirm(ConfirmSql) },
        };
        await using var mismatches = await batch.ExecuteReaderAsync();
        Dictionary<string, long>? highest = null;
        while (await mismatches.ReadAsync())
        {
            if (mismatches.IsDBNull(0))
                throw _database.Newer(mismatches.GetInt64(1));
            (highest ??= new(StringComparer.Ordinal)).Add(mismatches.GetString(0), mismatches.GetInt64(1));
        }

        await mismatches.NextResultAsync();
        if (highest is not null)
            Refuse(group, highest);
    }

    static void Refuse(List<PostgresAppend> group, Dictionary<string, long> highest)
    {
        foreach (var append in group)
        {
            if (append.Refusal is null && highest.TryGetValue(append.Write.PersistenceId, out var last))
                append.Refusal = HistoryRules.CheckContinues(append.Write, last)
                    ?? new JournalException($"An earlier write of '{append.Write.PersistenceId}' failed.");
        }
    }

    async Task DropConnectionAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception e) when (PostgresDatabase.IsFailure(e))
        {
            // It was lost already.
        }
    }

    static bool IsConflict(PostgresException e)
        => e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected;
}

/// <summary>A group's events as columns.</summary>
sealed class PostgresAppendRows
{
    readonly Dictionary<string, (int Place, long Next)> _histories = new(StringComparer.Ordinal);
    readonly List<string> _persistenceIds = [];
    readonly List<long> _expected = [];
    readonly List<long> _last = [];
    readonly List<string> _lastWriters = [];
    readonly List<int> _places = [];
    readonly List<long> _sequenceNrs = [];
    readonly List<byte[]> _messages = [];
    readonly List<string> _manifests = [];
    readonly List<int> _identifiers = [];
    readonly List<string> _writers = [];

    public PostgresAppendRows(List<PostgresAppend> group)
    {
        foreach (var append in group)
            Add(append);
    }

    /// <summary>The statement with histories, time and events.</summary>
    public NpgsqlBatchCommand Append(string sql, long created)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command, NpgsqlDbType.Text, _persistenceIds);
        Add(command, NpgsqlDbType.Bigint, _expected);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = created });
        Add(command, NpgsqlDbType.Integer, _places);
        Add(command, NpgsqlDbType.Bigint, _sequenceNrs);
        Add(command, NpgsqlDbType.Bytea, _messages);
        Add(command, NpgsqlDbType.Text, _manifests);
        Add(command, NpgsqlDbType.Integer, _identifiers);
        Add(command, NpgsqlDbType.Text, _writers);
        return command;
    }

    /// <summary>The statement with each history's last event and that event's writer.</summary>
    public NpgsqlBatchCommand Confirm(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command, NpgsqlDbType.Text, _persistenceIds);
        Add(command, NpgsqlDbType.Bigint, _last);
        Add(command, NpgsqlDbType.Text, _lastWriters);
        return command;
    }

    static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType element, List<T> column)
        => command.Parameters.Add(
            new NpgsqlParameter<List<T>> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | element });

    void Add(PostgresAppend append)
    {
        var write = append.Write;
        if (!_histories.TryGetValue(write.PersistenceId, out var history))
        {
            _persistenceIds.Add(write.PersistenceId);
            _expected.Add(write.FirstSequenceNr - 1);
            _last.Add(0);
            _lastWriters.Add("");
            history = (_persistenceIds.Count, write.FirstSequenceNr);
        }

        append.Refusal = HistoryRules.CheckContinues(write, history.Next - 1);
        if (append.Refusal is not null)
            return;
        _histories[write.PersistenceId] = history with { Next = history.Next + write.Events.Count };

        var writer = write.WriterId.ToString("N");
        _last[history.Place - 1] = write.FirstSequenceNr + write.Events.Count - 1;
        _lastWriters[history.Place - 1] = writer;
        for (var i = 0; i < write.Events.Count; i++)
        {
            var stored = write.Events[i];
            _places.Add(history.Place);
            _sequenceNrs.Add(write.FirstSequenceNr + i);
            _messages.Add(PostgresRow.Bytes(stored.Payload));
            _manifests.Add(stored.Manifest);
            _identifiers.Add(stored.SerializerId);
            _writers.Add(writer);
        }
    }
}

/// <summary>Stored bytes on their way to and from a row.</summary>
static class PostgresRow
{
    /// <summary>The stored bytes in columns 1 – 3: serializer, manifest, payload.</summary>
    /// <exception cref="UnreadableEventException">The row says not how its payload was written.</exception>
    public static SerializedEvent Stored(NpgsqlDataReader row, string persistenceId)
    {
        if (row.IsDBNull(1) || row.IsDBNull(3))
            throw new UnreadableEventException($"Row {row.GetInt64(0)} of '{persistenceId}' names no serializer or has no payload.");
        return new SerializedEvent(row.GetInt32(1), row.IsDBNull(2) ? "" : row.GetString(2), row.GetFieldValue<byte[]>(3));
    }

    /// <summary>The array under a payload where it is exactly that, else a copy.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte> payload)
        => MemoryMarshal.TryGetArray(payload, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : payload.ToArray();
}

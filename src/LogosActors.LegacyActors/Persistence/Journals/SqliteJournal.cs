namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Stores events in a SQLite file: the embedded default.</summary>
/// <remarks>
/// <para>The tables are those of Akka.Persistence.Sql 1.5's default mapping. A completed write is on the disk (write-ahead
/// log, <c>synchronous=FULL</c>): it survives <c>kill -9</c> and, where the disk honours fsync, a power cut.</para>
/// <para>The writes of many actors share a transaction: a group is what arrived while the previous one was committed. In
/// a group a write that is refused fails alone. When the transaction itself fails (disk full, file locked …) all its writes
/// fail and nothing of them is stored; later ones succeed once the cause is gone.</para>
/// <para>The file is opened at the first use, or by <see cref="OpenAsync"/>.</para>
/// </remarks>
public sealed class SqliteJournal : IJournal
{
    readonly SqliteJournalOptions _options;
    readonly TimeProvider _time;
    readonly SqliteDatabase _database;
    int _disposed;

    /// <summary>Creates a journal; touches no file yet.</summary>
    /// <param name="options">The file and the limits.</param>
    /// <param name="time">Stamps the rows; the system's time when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public SqliteJournal(SqliteJournalOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _time = time ?? TimeProvider.System;
        _database = SqliteDatabase.Acquire(_options);
    }

    /// <summary>Opens the file now, so that a fault shows at the start.</summary>
    /// <exception cref="NewerJournalException">A newer version wrote the file.</exception>
    /// <exception cref="JournalException">The file cannot be used.</exception>
    public ValueTask OpenAsync(CancellationToken cancellation) => _database.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.ReadAsync(
            persistenceId, static (reader, id) => reader.Highest.Bind(1, id).RunForNumber(), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.ReadAsync(
            (persistenceId, fromSequenceNr, toSequenceNr, max),
            static IReadOnlyList<JournalEntry> (reader, page) => Read(reader, page.persistenceId, page.fromSequenceNr, page.toSequenceNr, page.max),
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(JournalWrite write)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var bytes = HistoryRules.CheckLimits(write, _options.MaxWriteBytes);
        await _database.SubmitAsync(new Append(write, bytes, _time.GetUtcNow().UtcTicks));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _database.SubmitAsync(new Deletion(persistenceId, toSequenceNr), cancellation);
    }

    /// <summary>Commits what was accepted, then closes the file unless a snapshot store still uses it.</summary>
    public ValueTask DisposeAsync()
        => Interlocked.Exchange(ref _disposed, 1) == 0 ? _database.DisposeAsync() : ValueTask.CompletedTask;

    static List<JournalEntry> Read(SqliteReader reader, string persistenceId, long from, long to, int max)
    {
        var row = reader.Page.Bind(1, persistenceId).Bind(2, from).Bind(3, to).Bind(4, max);
        var entries = new List<JournalEntry>();
        try
        {
            while (row.Step())
                entries.Add(new JournalEntry(row.Number(0), reader.Stored(row, persistenceId)));
        }
        finally
        {
            row.Reset();
        }

        return entries;
    }

    sealed class Append(JournalWrite write, long bytes, long created) : SqliteChange(write.Events.Count, bytes)
    {
        public override void Apply(SqliteWriter writer)
        {
            // Inside the write transaction nobody else can write, so what is read here still holds at the insert. A
            // number remembered from earlier would not: another process may have written and deleted since.
            var highest = writer.Highest.Bind(1, write.PersistenceId).RunForNumber();
            Refusal = HistoryRules.CheckContinues(write, highest);
            if (Refusal is not null)
                return;

            var insert = writer.Append
                .Bind(1, write.PersistenceId).Bind(2, created).Bind(3, write.WriterId.ToString("N"));
            var sequenceNr = write.FirstSequenceNr;
            foreach (var stored in write.Events)
            {
                insert.Bind(4, sequenceNr++).Bind(5, stored.Payload.Span).Bind(6, stored.Manifest).Bind(7, stored.SerializerId);
                insert.Run();
            }
        }
    }

    sealed class Deletion(string persistenceId, long toSequenceNr) : SqliteChange(1, 0)
    {
        public override void Apply(SqliteWriter writer)
        {
            // The last row goes on as a tombstone, as in Akka: it is what keeps the highest number known.
            var last = writer.LastUpTo.Bind(1, persistenceId).Bind(2, toSequenceNr).RunForNumber();
            if (last == 0)
                return;
            writer.MarkDeleted.Bind(1, persistenceId).Bind(2, last).Run();
            writer.RemoveBelow.Bind(1, persistenceId).Bind(2, last).Run();
            writer.RemoveTags.Bind(1, persistenceId).Bind(2, last).Run();
        }
    }
}

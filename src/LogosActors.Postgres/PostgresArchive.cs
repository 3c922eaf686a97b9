using System.Collections.Concurrent;
using System.Text;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>Keeps messages in PostgreSQL: for nodes that share a database.</summary>
/// <remarks>
/// <para>An append is one transaction; when it ends it is committed with <c>synchronous_commit = on</c>. Appends may go on side by
/// side, of one node and of many; a message that several nodes append is kept once. The key is the hash together with the time,
/// as partitions need it: a message that says when it was made always has that time. Those that do not say are looked for by hash
/// first, under a lock that all nodes share.</para>
/// <para>Messages are in partitions by time. <see cref="RetentionPolicy.MaxAge"/> and <see cref="RetentionPolicy.MaxSize"/> remove
/// whole ones: a message may stay until all of its partition is too old, and the newest partition is never removed for its size.
/// <see cref="RetentionPolicy.MaxCount"/> is exact, and removes rows one by one where a partition is not wholly too much.</para>
/// <para>A query costs one look into an index for each partition and topic.</para>
/// </remarks>
public sealed class PostgresArchive : IMessageArchive
{
    const int BatchesAfterDoubles = 100;
    const string PassOverDoubles = "ON CONFLICT DO NOTHING";

    readonly PostgresArchiveDatabase _database;
    readonly PostgresPartitions _partitions;
    readonly ConcurrentDictionary<string, bool> _pubsubTopics = new(StringComparer.Ordinal);
    readonly SemaphoreSlim _preparing = new(1);
    volatile bool _isPrepared;
    int _expectDoubles;
    int _disposed;

    /// <summary>Creates an archive; connects to nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PostgresArchive(PostgresArchiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = new PostgresArchiveDatabase(options.Validated());
        _partitions = new PostgresPartitions(UnixNanoseconds.Of(options.PartitionSpan), options.MaxPartitions);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_isPrepared)
            return;
        await _preparing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _database.RunAsync(
                async (connection, stop) =>
                {
                    await PostgresArchiveSchema.PrepareAsync(_database, connection, stop).ConfigureAwait(false);
                    return 0;
                },
                cancellation).ConfigureAwait(false);
            _isPrepared = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var distinct = new Dictionary<MessageHash, ArchivedMessage>(messages.Count);
        foreach (var message in messages)
        {
            message.DataForArchive();
            distinct.TryAdd(message.Hash, message);
        }
        await InitializeAsync(cancellation).ConfigureAwait(false);
        if (messages.Count == 0)
            return 0;
        return await _database.RunAsync(
            async (connection, stop) =>
            {
                await AddPubsubTopicsAsync(connection, distinct.Values, stop).ConfigureAwait(false);
                if (_partitions.Missing(distinct.Values) is { Count: > 0 } missing)
                    await _partitions.CreateAsync(connection, missing, stop).ConfigureAwait(false);
                return distinct.Values.All(message => message.Message!.Timestamp is not null)
                    ? await InsertTimedAsync(connection, distinct.Values, stop).ConfigureAwait(false)
                    : await InsertUntimedAsync(connection, distinct, stop).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await InitializeAsync(cancellation).ConfigureAwait(false);
        return await _database.RunAsync(
            (connection, stop) => new PostgresArchiveQueries(connection, stop).QueryAsync(query), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<long?> CountAsync(CancellationToken cancellation = default)
    {
        await InitializeAsync(cancellation).ConfigureAwait(false);
        return await _database.RunAsync<long?>(
            async (connection, stop) =>
            {
                await using var query = new NpgsqlCommand("SELECT coalesce(sum(messages), 0)::bigint FROM archive_counts", connection);
                return (long)(await query.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>A database that was emptied, or created again, gets its tables.</remarks>
    public async Task CheckAsync(CancellationToken cancellation = default)
    {
        await InitializeAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _database.RunAsync(
                async (connection, stop) =>
                {
                    await using var ask = new NpgsqlCommand(
                        "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool FROM logos_schema WHERE component = 'archive'", connection);
                    return await ask.ExecuteScalarAsync(stop).ConfigureAwait(false) is true
                        ? throw new ArchiveException(ArchiveFailure.ReadOnly, "The archive's database is read-only: is the server a standby?")
                        : 0;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (ArchiveException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable })
        {
            _isPrepared = false;
            _pubsubTopics.Clear();
            _partitions.Forget();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        await InitializeAsync(cancellation).ConfigureAwait(false);
        await _database.RunAsync(
            async (connection, stop) =>
            {
                await new PostgresRetention(connection, stop).RunAsync(policy, now).ConfigureAwait(false);
                return 0;
            },
            cancellation).ConfigureAwait(false);
        _partitions.Forget();
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _database.DisposeAsync().ConfigureAwait(false);
        _preparing.Dispose();
    }

    // To be ready for doubles costs a third. A single node sees none, of a fleet nearly every batch has some: what the last batches
    // had decides.
    async Task<int> InsertTimedAsync(
        NpgsqlConnection connection, Dictionary<MessageHash, ArchivedMessage>.ValueCollection messages, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _expectDoubles) <= 0)
        {
            try
            {
                return await InsertAsync(connection, messages, "", cancellation).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation)
            {
                Volatile.Write(ref _expectDoubles, BatchesAfterDoubles);
            }
        }
        var added = await InsertAsync(connection, messages, PassOverDoubles, cancellation).ConfigureAwait(false);
        if (added < messages.Count)
            Volatile.Write(ref _expectDoubles, BatchesAfterDoubles);
        else
            Interlocked.Decrement(ref _expectDoubles);
        return added;
    }

    // In one round trip, which is also the transaction: the check of the version, the rows, and their number by partition.
    async Task<int> InsertAsync(
        NpgsqlConnection connection, Dictionary<MessageHash, ArchivedMessage>.ValueCollection messages, string conflict, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Put together of constants.
        await using var insert = new NpgsqlCommand(
            $"""
            WITH newer AS MATERIALIZED (SELECT version FROM logos_schema WHERE component = 'archive' AND version > $13),
            added AS (
                INSERT INTO archive_messages
                    (time, hash, key, pubsub, topic, content, has_timestamp, version, ephemeral, payload, meta, proof)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) WHERE NOT EXISTS (SELECT FROM newer)
                {conflict} RETURNING tableoid),
            counted AS (
                INSERT INTO archive_counts SELECT tableoid, count(*) FROM added GROUP BY tableoid RETURNING messages)
            SELECT (SELECT sum(messages)::bigint FROM counted), (SELECT version FROM newer)
            """,
            connection);
#pragma warning restore CA2100
        new PostgresArchiveRows(messages).AddTo(insert.Parameters);
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PostgresArchiveSchema.Version });
        await using var result = await insert.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await result.ReadAsync(cancellation).ConfigureAwait(false);
        if (!result.IsDBNull(1))
            throw _database.Newer(result.GetInt32(1), PostgresArchiveSchema.Version);
        return result.IsDBNull(0) ? 0 : (int)result.GetInt64(0);
    }

    async Task<int> InsertUntimedAsync(
        NpgsqlConnection connection, Dictionary<MessageHash, ArchivedMessage> messages, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await PostgresArchiveSchema.ExecuteAsync(
            connection, $"SELECT pg_advisory_xact_lock({PostgresArchiveSchema.UntimedLock})", cancellation).ConfigureAwait(false);
        var untimed = messages.Values.Where(message => message.Message!.Timestamp is null).Select(message => message.Hash).ToArray();
        await using (var find = new NpgsqlCommand("SELECT hash FROM archive_messages WHERE key = ANY ($1) AND hash = ANY ($2)", connection))
        {
            find.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. untimed.Select(PostgresArchiveRows.KeyOf)] });
            find.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. untimed.Select(hash => hash.ToArray())] });
            await using var kept = await find.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await kept.ReadAsync(cancellation).ConfigureAwait(false))
                messages.Remove(new MessageHash(kept.GetFieldValue<byte[]>(0)));
        }
        var added = await InsertAsync(connection, messages.Values, PassOverDoubles, cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return added;
    }

    async Task AddPubsubTopicsAsync(NpgsqlConnection connection, IEnumerable<ArchivedMessage> messages, CancellationToken cancellation)
    {
        foreach (var topic in messages.Select(message => message.PubsubTopic).Distinct(StringComparer.Ordinal))
        {
            if (_pubsubTopics.ContainsKey(topic))
                continue;
            await using var add = new NpgsqlCommand(
                "INSERT INTO archive_pubsub_topics (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", connection);
            add.Parameters.Add(new NpgsqlParameter<long> { TypedValue = PostgresArchiveRows.NumberOf(topic) });
            add.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Encoding.UTF8.GetBytes(topic) });
            await add.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            _pubsubTopics.TryAdd(topic, true);
        }
    }
}

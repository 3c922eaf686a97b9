using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>Removes from a PostgreSQL archive what a policy does not keep.</summary>
sealed class PostgresRetention(NpgsqlConnection connection, CancellationToken cancellation)
{
    const int RowsOfStep = 2_000;

    public async Task RunAsync(RetentionPolicy policy, long now)
    {
        if (policy.MaxAge is { } age)
            await RemoveOlderAsync(now - UnixNanoseconds.Of(age)).ConfigureAwait(false);
        if (policy.MaxSize is { } size)
            await RemoveAboveSizeAsync(size).ConfigureAwait(false);
        if (policy.MaxCount is { } count)
            await RemoveAboveCountAsync(count).ConfigureAwait(false);
        await CompactCountsAsync().ConfigureAwait(false);
    }

    async Task RemoveOlderAsync(long time)
    {
        foreach (var partition in await PostgresPartitions.ListAsync(connection, cancellation).ConfigureAwait(false))
        {
            if (partition.To <= time)
                await DropAsync(partition).ConfigureAwait(false);
        }
        while (await RemoveRowsAsync("archive_messages_default", time, RowsOfStep).ConfigureAwait(false) > 0)
        {
        }
    }

    async Task RemoveAboveSizeAsync(long most)
    {
        var partitions = await PostgresPartitions.ListAsync(connection, cancellation).ConfigureAwait(false);
        var filled = await FilledAsync().ConfigureAwait(false);
        var size = partitions.Sum(partition => partition.Size);
        foreach (var partition in partitions.Where(partition => filled.ContainsKey(partition.Oid)).SkipLast(1))
        {
            if (size <= most)
                break;
            await DropAsync(partition).ConfigureAwait(false);
            size -= partition.Size;
        }
    }

    async Task RemoveAboveCountAsync(long most)
    {
        var filled = await FilledAsync().ConfigureAwait(false);
        var excess = filled.Values.Sum() - most;
        foreach (var partition in await PostgresPartitions.ListAsync(connection, cancellation).ConfigureAwait(false))
        {
            if (!filled.TryGetValue(partition.Oid, out var count) || count > excess)
                continue;
            // What is older may lie in the default partition; it goes first.
            if (excess <= 0)
                break;
            excess -= await RemoveAllRowsAsync("archive_messages_default", partition.From, excess).ConfigureAwait(false);
            if (count > excess)
                break;
            await DropAsync(partition).ConfigureAwait(false);
            excess -= count;
        }
        await RemoveAllRowsAsync("archive_messages", long.MaxValue, excess).ConfigureAwait(false);
    }

    async Task<long> RemoveAllRowsAsync(string table, long before, long most)
    {
        var removed = 0L;
        while (removed < most
            && await RemoveRowsAsync(table, before, (int)Math.Min(RowsOfStep, most - removed)).ConfigureAwait(false) is var rows and > 0)
            removed += rows;
        return removed;
    }

    /// <summary>Removes the oldest rows before a time, at most so many.</summary>
    async Task<long> RemoveRowsAsync(string table, long before, int limit)
    {
#pragma warning disable CA2100 // The names of our tables.
        await using var remove = new NpgsqlCommand(
            $"""
            WITH oldest AS MATERIALIZED (
                SELECT found.pubsub, found.time, found.hash FROM archive_pubsub_topics AS p CROSS JOIN LATERAL (
                    SELECT pubsub, time, hash FROM {table} WHERE pubsub = p.id AND time < $1 ORDER BY time, hash LIMIT $2) AS found
                ORDER BY found.time, found.hash LIMIT $2),
            removed AS (
                DELETE FROM {table} AS m USING oldest AS o
                WHERE m.pubsub = o.pubsub AND m.time = o.time AND m.hash = o.hash RETURNING m.tableoid),
            counted AS (
                INSERT INTO archive_counts SELECT tableoid, -count(*) FROM removed GROUP BY tableoid RETURNING messages)
            SELECT coalesce(-sum(messages), 0)::bigint FROM counted
            """,
            connection);
#pragma warning restore CA2100
        remove.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        remove.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return (long)(await remove.ExecuteScalarAsync(cancellation).ConfigureAwait(false) ?? 0L);
    }

    async Task DropAsync(PostgresPartition partition) =>
        await PostgresArchiveSchema.ExecuteAsync(
            connection,
            $"BEGIN; DROP TABLE IF EXISTS {partition.Name}; DELETE FROM archive_counts WHERE partition = {partition.Oid}; COMMIT",
            cancellation).ConfigureAwait(false);

    async Task<Dictionary<uint, long>> FilledAsync()
    {
        await using var query = new NpgsqlCommand(
            "SELECT partition, sum(messages)::bigint FROM archive_counts GROUP BY partition HAVING sum(messages) > 0", connection);
        await using var rows = await query.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var filled = new Dictionary<uint, long>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
            filled.Add(rows.GetFieldValue<uint>(0), rows.GetInt64(1));
        return filled;
    }

    // Two nodes that do so at once remove different lines and add their sums: the whole stays the same.
    Task CompactCountsAsync() => PostgresArchiveSchema.ExecuteAsync(
        connection,
        """
        WITH removed AS (
            DELETE FROM archive_counts WHERE ctid = ANY (ARRAY(SELECT ctid FROM archive_counts FOR UPDATE SKIP LOCKED))
            RETURNING partition, messages)
        INSERT INTO archive_counts SELECT partition, sum(messages) FROM removed GROUP BY partition HAVING sum(messages) <> 0
        """,
        cancellation);
}

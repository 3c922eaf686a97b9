using System.Text;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>How a PostgreSQL archive finds messages.</summary>
/// <remarks>Each topic's messages are read in their order, no more than a page of each, and merged by the database.</remarks>
sealed class PostgresArchiveQueries(NpgsqlConnection connection, CancellationToken cancellation)
{
    const string HeaderColumns = "time, hash, pubsub, content";
    const string DataColumns = HeaderColumns + ", has_timestamp, version, ephemeral, payload, meta, proof";

    // Above any hash, which has one byte less.
    static readonly byte[] AfterAllHashes = [.. Enumerable.Repeat(byte.MaxValue, MessageHash.Length + 1)];

    public async Task<ArchivePage?> QueryAsync(ArchiveQuery query)
    {
        if (query.Hashes.Count > 0)
            return await ByHashAsync(query).ConfigureAwait(false);
        var (pubsubs, cursor) = await PrepareAsync(query).ConfigureAwait(false);
        if (query.Cursor is not null && cursor is null)
            return null;
        var found = await PageAsync(query, ArchiveRange.Of(query, cursor), pubsubs).ConfigureAwait(false);
        MessageHash? next = found.Count > query.Limit ? found[query.Limit - 1].Hash : null;
        var page = found[..Math.Min(query.Limit, found.Count)];
        if (!query.IsForward)
            page.Reverse();
        return new(page, next);
    }

    async Task<ArchivePage> ByHashAsync(ArchiveQuery query)
    {
        var hashes = query.Hashes.Distinct().ToArray();
        var byHash = Command(
            $"""
            SELECT {(query.IncludesData ? DataColumns : HeaderColumns)}, (SELECT name FROM archive_pubsub_topics WHERE id = pubsub)
            FROM archive_messages WHERE key = ANY ($1) AND hash = ANY ($2)
            """);
        Add(byHash, hashes.Select(PostgresArchiveRows.KeyOf).ToArray());
        Add(byHash, hashes.Select(hash => hash.ToArray()).ToArray());
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { byHash } };
        await using var rows = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var range = ArchiveRange.Of(query, cursor: null);
        var found = await ReadAsync(rows, query.IncludesData, pubsubs: null, (message, content) =>
            range.Contains(new(message.Time, message.Hash))
            && (query.PubsubTopic is null || string.Equals(query.PubsubTopic, message.PubsubTopic, StringComparison.Ordinal))
            && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(content, StringComparer.Ordinal))).ConfigureAwait(false);
        found.Sort(static (a, b) => new ArchivePosition(a.Time, a.Hash).CompareTo(new(b.Time, b.Hash)));
        return new(found[..Math.Min(ArchiveQuery.MaxLimit, found.Count)], Cursor: null);
    }

    /// <summary>What a page's statement needs, in at most one round trip: the pubsub topics, and where the cursor is.</summary>
    async Task<(Dictionary<long, string> PubsubTopics, ArchivePosition? Cursor)> PrepareAsync(ArchiveQuery query)
    {
        var pubsubs = new Dictionary<long, string>();
        ArchivePosition? cursor = null;
        await using var batch = new NpgsqlBatch(connection);
        if (query.PubsubTopic is null)
            batch.BatchCommands.Add(Command("SELECT id, name FROM archive_pubsub_topics"));
        else
            pubsubs.Add(PostgresArchiveRows.NumberOf(query.PubsubTopic), query.PubsubTopic);
        if (query.Cursor is { } hash)
        {
            var position = Command("SELECT time FROM archive_messages WHERE key = $1 AND hash = $2");
            Add(position, PostgresArchiveRows.KeyOf(hash));
            Add(position, hash.ToArray());
            batch.BatchCommands.Add(position);
        }
        if (batch.BatchCommands.Count == 0)
            return (pubsubs, cursor);
        await using var rows = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (query.PubsubTopic is null)
            pubsubs = await ReadTopicsAsync(rows).ConfigureAwait(false);
        if (query.Cursor is { } known && await rows.ReadAsync(cancellation).ConfigureAwait(false))
            cursor = new(rows.GetInt64(0), known);
        return (pubsubs, cursor);
    }

    Task<List<ArchivedMessage>> PageAsync(ArchiveQuery query, ArchiveRange range, Dictionary<long, string> pubsubs)
    {
        IEnumerable<string> wanted = query.PubsubTopic is null ? pubsubs.Values : [query.PubsubTopic];
        var topics = query.ContentTopics.Distinct(StringComparer.Ordinal).ToArray();
        return topics.Length == 0
            ? PageAsync(query, range, pubsubs, [.. wanted.Select(pubsub => (PostgresArchiveRows.NumberOf(pubsub), (string?)null))])
            : PageAsync(query, range, pubsubs, [.. wanted.SelectMany(
                pubsub => topics.Select(content => (PostgresArchiveRows.NumberOf(pubsub, content), (string?)content)))]);
    }

    async Task<List<ArchivedMessage>> PageAsync(
        ArchiveQuery query, ArchiveRange range, Dictionary<long, string> pubsubs, List<(long Id, string? Content)> sources)
    {
        if (sources.Count == 0)
            return [];
        var byTopic = query.ContentTopics.Count > 0;
        var columns = query.IncludesData ? DataColumns : HeaderColumns;
        var command = Command(sources.Count == 1
            ? OneSource(columns, byTopic, query.IsForward)
            : ManySources(columns, byTopic, query.IsForward));
        Add(command, range.First.Time);
        Add(command, range.IncludesFirst ? [] : range.First.Hash.ToArray());
        Add(command, range.Last.Time);
        Add(command, range.IncludesLast ? AfterAllHashes : range.Last.Hash.ToArray());
        Add(command, query.Limit + 1);
        if (byTopic)
        {
            Add(command, range.IncludesFirst ? long.MinValue : PostgresArchiveRows.KeyOf(range.First.Hash));
            Add(command, range.IncludesLast ? long.MaxValue : PostgresArchiveRows.KeyOf(range.Last.Hash));
        }
        if (sources is [var source])
        {
            Add(command, source.Id);
            if (byTopic)
                Add(command, Encoding.UTF8.GetBytes(source.Content!));
        }
        else
        {
            Add(command, sources.Select(each => each.Id).ToArray());
            if (byTopic)
                Add(command, sources.Select(each => Encoding.UTF8.GetBytes(each.Content!)).ToArray());
        }
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await using var rows = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await ReadAsync(rows, query.IncludesData, pubsubs, static (_, _) => true).ConfigureAwait(false);
    }

    // Which partitions are looked at is decided by the times alone; where in them to begin and end by times and hashes.
    const string Range = "time >= $1 AND time <= $3 AND (time, hash) > ($1, $2) AND (time, hash) < ($3, $4)";

    // The index of topics has the keys of hashes: it does all but telling those apart that begin alike.
    const string KeyRange = "(time, key) >= ($1, $6) AND (time, key) <= ($3, $7)";

    static string Order(bool byTopic, bool isForward) => (byTopic, isForward) switch
    {
        (true, true) => "ORDER BY time, key, hash",
        (true, false) => "ORDER BY time DESC, key DESC, hash DESC",
        (false, true) => "ORDER BY time, hash",
        (false, false) => "ORDER BY time DESC, hash DESC",
    };

    static string OneSource(string columns, bool byTopic, bool isForward) =>
        $"""
        SELECT {columns} FROM archive_messages
        WHERE {(byTopic ? $"topic = $8 AND content = $9 AND {KeyRange}" : "pubsub = $6")} AND {Range}
        {Order(byTopic, isForward)} LIMIT $5
        """;

    static string ManySources(string columns, bool byTopic, bool isForward) =>
        $"""
        SELECT {columns} FROM unnest({(byTopic ? "$8, $9) AS source (number, name)" : "$6) AS source (number)")}
        CROSS JOIN LATERAL (
            SELECT * FROM archive_messages
            WHERE {(byTopic ? $"topic = source.number AND content = source.name AND {KeyRange}" : "pubsub = source.number")} AND {Range}
            {Order(byTopic, isForward)} LIMIT $5) AS found
        {Order(byTopic, isForward)} LIMIT $5
        """;

    async Task<Dictionary<long, string>> ReadTopicsAsync(NpgsqlDataReader rows)
    {
        var topics = new Dictionary<long, string>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
            topics.Add(rows.GetInt64(0), Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(1)));
        await rows.NextResultAsync(cancellation).ConfigureAwait(false);
        return topics;
    }

    /// <param name="rows">The rows.</param>
    /// <param name="withData">Whether they have the data.</param>
    /// <param name="pubsubs">The names of pubsub topics; null when the last column has them.</param>
    /// <param name="isWanted">Whether to take a message with that content topic.</param>
    async Task<List<ArchivedMessage>> ReadAsync(
        NpgsqlDataReader rows, bool withData, Dictionary<long, string>? pubsubs, Func<ArchivedMessage, string, bool> isWanted)
    {
        var found = new List<ArchivedMessage>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var content = Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(3));
            var time = rows.GetInt64(0);
            var message = !withData ? null : new WakuMessage
            {
                ContentTopic = content,
                Timestamp = rows.GetBoolean(4) ? time : null,
                Version = (uint)rows.GetInt64(5),
                IsEphemeral = rows.GetBoolean(6),
                Payload = rows.GetFieldValue<byte[]>(7),
                Meta = rows.GetFieldValue<byte[]>(8),
                RateLimitProof = rows.GetFieldValue<byte[]>(9),
            };
            var pubsub = pubsubs is null
                ? Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(rows.FieldCount - 1))
                : pubsubs[rows.GetInt64(2)];
            var archived = new ArchivedMessage(new MessageHash(rows.GetFieldValue<byte[]>(1)), pubsub, time, message);
            if (isWanted(archived, content))
                found.Add(archived);
        }
        return found;
    }

#pragma warning disable CA2100 // Put together of constants above.
    static NpgsqlBatchCommand Command(string sql) => new(sql);
#pragma warning restore CA2100

    static void Add<T>(NpgsqlBatchCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}

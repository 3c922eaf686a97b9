using System.Text;
using LogosActors.Delivery.Messages;
using Npgsql;

namespace LogosActors.Delivery.Archive;

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
        var pubsubs = await PubsubTopicsAsync().ConfigureAwait(false);
        if (query.Hashes.Count > 0)
            return await ByHashAsync(query, pubsubs).ConfigureAwait(false);
        ArchivePosition? cursor = null;
        if (query.Cursor is { } hash)
        {
            cursor = await PositionAsync(hash).ConfigureAwait(false);
            if (cursor is null)
                return null;
        }
        var found = await PageAsync(query, ArchiveRange.Of(query, cursor), pubsubs).ConfigureAwait(false);
        MessageHash? next = found.Count > query.Limit ? found[query.Limit - 1].Hash : null;
        var page = found[..Math.Min(query.Limit, found.Count)];
        if (!query.IsForward)
            page.Reverse();
        return new(page, next);
    }

    async Task<ArchivePage> ByHashAsync(ArchiveQuery query, Dictionary<long, string> pubsubs)
    {
        var hashes = query.Hashes.Distinct().ToArray();
        await using var command = Command(query.IncludesData
            ? $"SELECT {DataColumns} FROM archive_messages WHERE key = ANY ($1) AND hash = ANY ($2)"
            : $"SELECT {HeaderColumns} FROM archive_messages WHERE key = ANY ($1) AND hash = ANY ($2)");
        Add(command, hashes.Select(SqliteHashIndex.KeyOf).ToArray());
        Add(command, hashes.Select(hash => hash.ToArray()).ToArray());
        var range = ArchiveRange.Of(query, cursor: null);
        var found = await ReadAsync(command, query.IncludesData, pubsubs, (message, content) =>
            range.Contains(new(message.Time, message.Hash))
            && (query.PubsubTopic is null || string.Equals(query.PubsubTopic, message.PubsubTopic, StringComparison.Ordinal))
            && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(content, StringComparer.Ordinal))).ConfigureAwait(false);
        found.Sort(static (a, b) => new ArchivePosition(a.Time, a.Hash).CompareTo(new(b.Time, b.Hash)));
        return new(found[..Math.Min(ArchiveQuery.MaxLimit, found.Count)], Cursor: null);
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
        await using var command = Command(sources.Count == 1
            ? OneSource(columns, byTopic, query.IsForward)
            : ManySources(columns, byTopic, query.IsForward));
        Add(command, range.First.Time);
        Add(command, range.IncludesFirst ? [] : range.First.Hash.ToArray());
        Add(command, range.Last.Time);
        Add(command, range.IncludesLast ? AfterAllHashes : range.Last.Hash.ToArray());
        Add(command, query.Limit + 1);
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
        return await ReadAsync(command, query.IncludesData, pubsubs, static (_, _) => true).ConfigureAwait(false);
    }

    // Which partitions are looked at is decided by the times alone; where in them to begin and end by times and hashes.
    const string Range = "time >= $1 AND time <= $3 AND (time, hash) > ($1, $2) AND (time, hash) < ($3, $4)";

    static string Order(bool isForward) => isForward ? "ORDER BY time, hash" : "ORDER BY time DESC, hash DESC";

    static string OneSource(string columns, bool byTopic, bool isForward) =>
        $"""
        SELECT {columns} FROM archive_messages
        WHERE {(byTopic ? "topic = $6 AND content = $7" : "pubsub = $6")} AND {Range} {Order(isForward)} LIMIT $5
        """;

    static string ManySources(string columns, bool byTopic, bool isForward) =>
        $"""
        SELECT {columns} FROM unnest({(byTopic ? "$6, $7) AS source (number, name)" : "$6) AS source (number)")}
        CROSS JOIN LATERAL (
            SELECT * FROM archive_messages
            WHERE {(byTopic ? "topic = source.number AND content = source.name" : "pubsub = source.number")} AND {Range}
            {Order(isForward)} LIMIT $5) AS found
        {Order(isForward)} LIMIT $5
        """;

    async Task<ArchivePosition?> PositionAsync(MessageHash hash)
    {
        await using var command = Command("SELECT time FROM archive_messages WHERE key = $1 AND hash = $2");
        Add(command, SqliteHashIndex.KeyOf(hash));
        Add(command, hash.ToArray());
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is long time ? new(time, hash) : null;
    }

    async Task<Dictionary<long, string>> PubsubTopicsAsync()
    {
        await using var command = Command("SELECT id, name FROM archive_pubsub_topics");
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var topics = new Dictionary<long, string>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
            topics.Add(rows.GetInt64(0), Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(1)));
        return topics;
    }

    async Task<List<ArchivedMessage>> ReadAsync(
        NpgsqlCommand command, bool withData, Dictionary<long, string> pubsubs, Func<ArchivedMessage, string, bool> isWanted)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
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
            var archived = new ArchivedMessage(
                new MessageHash(rows.GetFieldValue<byte[]>(1)), pubsubs.GetValueOrDefault(rows.GetInt64(2), ""), time, message);
            if (isWanted(archived, content))
                found.Add(archived);
        }
        return found;
    }

#pragma warning disable CA2100 // Put together of constants above.
    NpgsqlCommand Command(string sql) => new(sql, connection);
#pragma warning restore CA2100

    static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}

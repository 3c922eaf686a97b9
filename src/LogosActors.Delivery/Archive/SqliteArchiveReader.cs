using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>A connection of a SQLite archive that reads. For one thread at a time; each query sees one state.</summary>
sealed class SqliteArchiveReader : IDisposable
{
    // Some 5 KB each; a reader that a query of very many topics has made larger is not used again.
    const int MaxStreams = 256;

    readonly SqliteSession _session;
    readonly SqliteHashIndex _hashes;
    readonly SqliteMerge _merge;
    readonly SqliteStatement _begin;
    readonly SqliteStatement _end;
    readonly SqliteStatement _pubsubs;
    readonly SqliteStatement _pubsub;
    readonly SqliteStatement _topic;
    readonly SqliteStatement _topicsOfContent;
    readonly SqliteStatement _topicName;
    readonly SqliteStatement _byHash;
    readonly SqliteStatement _header;
    readonly SqliteStatement _row;

    public SqliteArchiveReader(SqliteSession session, SqliteHashIndex hashes)
    {
        (_session, _hashes) = (session, hashes);
        _merge = new SqliteMerge(session);
        _begin = session.Prepare("BEGIN");
        _end = session.Prepare("COMMIT");
        _pubsubs = session.Prepare("SELECT id, name FROM pubsub_topics");
        _pubsub = session.Prepare("SELECT id FROM pubsub_topics WHERE name = ?1");
        _topic = session.Prepare("SELECT id FROM topics WHERE content = ?1 AND pubsub = ?2");
        _topicsOfContent = session.Prepare(
            "SELECT t.id, p.name FROM topics t JOIN pubsub_topics p ON p.id = t.pubsub WHERE t.content = ?1");
        _topicName = session.Prepare("SELECT content FROM topics WHERE id = ?1");
        _byHash = session.Prepare("SELECT id FROM hashes WHERE key = ?1");
        _header = session.Prepare(
            """
            SELECT m.hash, m.time, p.name, t.content FROM messages m
            JOIN pubsub_topics p ON p.id = m.pubsub JOIN topics t ON t.id = m.topic WHERE m.id = ?1
            """);
        _row = session.Prepare(
            "SELECT topic, has_timestamp, version, ephemeral, payload, meta, proof FROM messages WHERE id = ?1");
    }

    public bool IsReusable => _merge.Streams <= MaxStreams;

    public ArchivePage? Query(ArchiveQuery query)
    {
        // Before the transaction begins: see SqliteHashIndex.
        var pending = FindPending(query.Hashes.Count > 0 ? query.Hashes : query.Cursor is { } cursor ? [cursor] : []);
        _begin.Run();
        var page = query.Hashes.Count > 0 ? ByHash(query, pending) : Page(query, pending);
        _end.Run();
        return page;
    }

    public void Dispose() => _session.Dispose();

    Dictionary<MessageHash, long> FindPending(IReadOnlyList<MessageHash> hashes)
    {
        var pending = new Dictionary<MessageHash, long>();
        foreach (var hash in hashes)
        {
            if (_hashes.TryFindPending(SqliteHashIndex.KeyOf(hash), out var id))
                pending[hash] = id;
        }
        return pending;
    }

    ArchivePage ByHash(ArchiveQuery query, Dictionary<MessageHash, long> pending)
    {
        var range = ArchiveRange.Of(query, cursor: null);
        var found = new List<SqliteFound>();
        foreach (var hash in query.Hashes.Distinct())
        {
            if (Find(hash, pending) is { } row && range.Contains(row.Found.Position) && IsWanted(query, row.Found, row.ContentTopic))
                found.Add(row.Found);
        }
        found.Sort(static (a, b) => a.Position.CompareTo(b.Position));
        return new(Read(found[..Math.Min(ArchiveQuery.MaxLimit, found.Count)], query.IncludesData), Cursor: null);
    }

    ArchivePage? Page(ArchiveQuery query, Dictionary<MessageHash, long> pending)
    {
        ArchivePosition? cursor = null;
        if (query.Cursor is { } hash)
        {
            if (Find(hash, pending) is not { } row)
                return null;
            cursor = row.Found.Position;
        }
        var found = _merge.Take(Sources(query), ArchiveRange.Of(query, cursor), query.IsForward, query.Limit + 1);
        MessageHash? next = found.Count > query.Limit ? found[query.Limit - 1].Position.Hash : null;
        var page = found[..Math.Min(query.Limit, found.Count)];
        if (!query.IsForward)
            page.Reverse();
        return new(Read(page, query.IncludesData), next);
    }

    List<SqliteSource> Sources(ArchiveQuery query)
    {
        var sources = new List<SqliteSource>();
        if (query.ContentTopics.Count == 0)
        {
            if (query.PubsubTopic is null)
                return PubsubTopics(_pubsubs);
            if (_pubsub.Bind(1, query.PubsubTopic).RunForNumber() is var only and > 0)
                sources.Add(new(IsPubsub: true, only, query.PubsubTopic));
            return sources;
        }
        var pubsub = query.PubsubTopic is null ? 0 : _pubsub.Bind(1, query.PubsubTopic).RunForNumber();
        foreach (var content in query.ContentTopics.Distinct(StringComparer.Ordinal))
        {
            if (query.PubsubTopic is null)
            {
                _topicsOfContent.Bind(1, content);
                while (_topicsOfContent.Step())
                    sources.Add(new(IsPubsub: false, _topicsOfContent.Number(0), _topicsOfContent.Text(1)));
                _topicsOfContent.Reset();
            }
            else if (_topic.Bind(1, content).Bind(2, pubsub).RunForNumber() is var topic and > 0)
            {
                sources.Add(new(IsPubsub: false, topic, query.PubsubTopic));
            }
        }
        return sources;
    }

    /// <summary>All pubsub topics.</summary>
    /// <param name="statement">Selects their numbers and names.</param>
    public static List<SqliteSource> PubsubTopics(SqliteStatement statement)
    {
        var sources = new List<SqliteSource>();
        while (statement.Step())
            sources.Add(new(IsPubsub: true, statement.Number(0), statement.Text(1)));
        statement.Reset();
        return sources;
    }

    (SqliteFound Found, string ContentTopic)? Find(MessageHash hash, Dictionary<MessageHash, long> pending)
    {
        if (pending.TryGetValue(hash, out var waiting) && HeaderOf(waiting, hash) is { } newest)
            return newest;
        var candidates = new List<long>(1);
        _byHash.Bind(1, SqliteHashIndex.KeyOf(hash));
        while (_byHash.Step())
            candidates.Add(_byHash.Number(0));
        _byHash.Reset();
        foreach (var id in candidates)
        {
            if (HeaderOf(id, hash) is { } row)
                return row;
        }
        return null;
    }

    (SqliteFound Found, string ContentTopic)? HeaderOf(long id, MessageHash hash)
    {
        _header.Bind(1, id);
        try
        {
            if (!_header.Step() || new MessageHash(_header.Bytes(0)) != hash)
                return null;
            return (new(new(_header.Number(1), hash), id, _header.Text(2)), _header.Text(3));
        }
        finally
        {
            _header.Reset();
        }
    }

    static bool IsWanted(ArchiveQuery query, SqliteFound found, string contentTopic) =>
        (query.PubsubTopic is null || string.Equals(query.PubsubTopic, found.PubsubTopic, StringComparison.Ordinal))
        && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(contentTopic, StringComparer.Ordinal));

    List<ArchivedMessage> Read(List<SqliteFound> found, bool withData)
    {
        var names = new Dictionary<long, string>();
        var messages = new List<ArchivedMessage>(found.Count);
        foreach (var row in found)
            messages.Add(new(row.Position.Hash, row.PubsubTopic, row.Position.Time, withData ? ReadData(row, names) : null));
        return messages;
    }

    WakuMessage ReadData(SqliteFound found, Dictionary<long, string> names)
    {
        _row.Bind(1, found.Id);
        try
        {
            if (!_row.Step())
                throw new ArchiveException(ArchiveFailure.Damaged, $"Row {found.Id} is in an index and not in the table.");
            return new WakuMessage
            {
                ContentTopic = NameOf(_row.Number(0), names),
                Timestamp = _row.Number(1) == 0 ? null : found.Position.Time,
                Version = (uint)_row.Number(2),
                IsEphemeral = _row.Number(3) != 0,
                Payload = _row.Bytes(4).ToArray(),
                Meta = _row.Bytes(5).ToArray(),
                RateLimitProof = _row.Bytes(6).ToArray(),
            };
        }
        finally
        {
            _row.Reset();
        }
    }

    string NameOf(long topic, Dictionary<long, string> names)
    {
        if (names.TryGetValue(topic, out var name))
            return name;
        _topicName.Bind(1, topic);
        name = _topicName.Step() ? _topicName.Text(0) : "";
        _topicName.Reset();
        names.Add(topic, name);
        return name;
    }
}

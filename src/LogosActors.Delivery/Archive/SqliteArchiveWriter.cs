using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>The connection of a SQLite archive that writes. For one thread at a time; each call is one transaction.</summary>
/// <remarks>After a call that threw it is to be disposed of, which rolls back.</remarks>
sealed class SqliteArchiveWriter : IDisposable
{
    // Some 4 MB; when they are too many they are read again.
    const int MaxKnownTopics = 16 * 1024;

    readonly SqliteSession _session;
    readonly SqliteHashIndex _hashes;
    readonly Dictionary<(string Pubsub, string Content), (long Pubsub, long Topic)> _topics = [];
    readonly List<long> _candidates = [];
    readonly SqliteStatement _begin;
    readonly SqliteStatement _commit;
    readonly SqliteStatement _version;
    readonly SqliteStatement _addPubsub;
    readonly SqliteStatement _findPubsub;
    readonly SqliteStatement _addTopic;
    readonly SqliteStatement _findTopic;
    readonly SqliteStatement _sameTime;
    readonly SqliteStatement _hashOf;
    readonly SqliteStatement _insert;
    readonly SqliteStatement _remove;
    readonly SqliteStatement _pubsubs;
    readonly SqliteStatement _topicsFrom;
    readonly SqliteStatement _removeTopics;
    readonly SqliteStatement _pages;
    readonly SqliteStatement _freePages;
    readonly SqliteMerge _merge;
    readonly long _pageSize;
    readonly SqliteStatement _count;
    readonly SqliteStatement _total;
    readonly string _path;
    long _lastId;

    public SqliteArchiveWriter(SqliteArchiveOptions options, SqliteHashIndex hashes)
    {
        _path = options.Path;
        _hashes = hashes;
        _session = SqliteArchiveSchema.OpenWriter(options);
        try
        {
            _begin = _session.Prepare("BEGIN IMMEDIATE");
            _commit = _session.Prepare("COMMIT");
            _version = _session.Prepare("PRAGMA user_version");
            _addPubsub = _session.Prepare("INSERT OR IGNORE INTO pubsub_topics (name) VALUES (?1)");
            _findPubsub = _session.Prepare("SELECT id FROM pubsub_topics WHERE name = ?1");
            _addTopic = _session.Prepare("INSERT OR IGNORE INTO topics (pubsub, content) VALUES (?1, ?2)");
            _findTopic = _session.Prepare("SELECT id FROM topics WHERE pubsub = ?1 AND content = ?2");
            _sameTime = _session.Prepare("SELECT hash FROM messages WHERE pubsub = ?1 AND time = ?2 AND key = ?3");
            _hashOf = _session.Prepare("SELECT hash FROM messages WHERE id = ?1");
            _insert = _session.Prepare(
                """
                INSERT INTO messages (id, key, pubsub, topic, time, hash, has_timestamp, version, ephemeral, payload, meta, proof)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                """);
            _remove = _session.Prepare("DELETE FROM messages WHERE id = ?1");
            _pubsubs = _session.Prepare("SELECT id, name FROM pubsub_topics");
            _topicsFrom = _session.Prepare("SELECT id FROM topics WHERE id >= ?1 ORDER BY id LIMIT ?2");
            _removeTopics = _session.Prepare(
                """
                DELETE FROM topics WHERE id BETWEEN ?1 AND ?2
                AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.topic = topics.id)
                """);
            _pages = _session.Prepare("PRAGMA page_count");
            _freePages = _session.Prepare("PRAGMA freelist_count");
            _pageSize = _session.QueryNumber("PRAGMA page_size");
            _merge = new SqliteMerge(_session);
            _count = _session.Prepare("UPDATE totals SET messages = messages + ?1");
            _total = _session.Prepare("SELECT messages FROM totals");
            AddHash = _session.Prepare("INSERT OR IGNORE INTO hashes (key, id) VALUES (?1, ?2)");
            FindHash = _session.Prepare("SELECT id FROM hashes WHERE key = ?1");
            RemoveHash = _session.Prepare("DELETE FROM hashes WHERE key = ?1 AND id = ?2");
            SetSlice = _session.Prepare("INSERT OR REPLACE INTO hash_slices (slice, indexed_to) VALUES (?1, ?2)");
            _lastId = hashes.Load(_session);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public SqliteStatement AddHash { get; }

    public SqliteStatement FindHash { get; }

    public SqliteStatement RemoveHash { get; }

    public SqliteStatement SetSlice { get; }

    public void Dispose() => _session.Dispose();

    /// <summary>Begins to write, and ends without having written: it fails while another process has locked the file.</summary>
    public void TakeLock()
    {
        Begin();
        _commit.Run();
    }

    /// <summary>Keeps what is not kept already.</summary>
    /// <returns>How many were new.</returns>
    public int Append(IReadOnlyList<ArchivedMessage> messages)
    {
        Begin();
        _hashes.MoveWhatIsTooMuch(this, _lastId);
        var appended = 0;
        foreach (var message in messages)
            appended += TryAppend(message) ? 1 : 0;
        Commit(appended);
        return appended;
    }

    /// <summary>Removes the oldest messages that the policy does not keep, at most so many.</summary>
    /// <returns>How many were removed; 0 when all that is left is to be kept.</returns>
    public int RemoveStep(RetentionPolicy policy, long now, int limit)
    {
        Begin();
        var total = Total();
        var (size, maxSize) = (Size(), policy.MaxSize ?? long.MaxValue);
        var tooMany = 0L;
        if (size > maxSize)
            tooMany = Math.Clamp((long)((size - maxSize) / (double)size * total), 1, limit);
        else if (policy.MaxCount is { } count)
            tooMany = Math.Clamp(total - count, 0, limit);
        var range = ArchiveRange.All;
        if (tooMany == 0 && policy.MaxAge is { } age)
        {
            range = range with { Last = new(now - UnixNanoseconds.Of(age), default), IncludesLast = false };
            tooMany = limit;
        }
        var oldest = tooMany == 0
            ? []
            : _merge.Take(SqliteArchiveReader.PubsubTopics(_pubsubs), range, isForward: true, (int)tooMany);
        foreach (var row in oldest)
        {
            _remove.Bind(1, row.Id).Run();
            _hashes.Remove(this, row.Key, row.Id);
        }
        Commit(-oldest.Count);
        return oldest.Count;
    }

    /// <summary>Removes topics that no message has, of some that follow one another.</summary>
    /// <returns>The first one that was not looked at; −1 at the end.</returns>
    public long RemoveUnusedTopics(long from, int limit)
    {
        Begin();
        var (last, looked) = (0L, 0);
        _topicsFrom.Bind(1, from).Bind(2, limit);
        for (; _topicsFrom.Step(); looked++)
            last = _topicsFrom.Number(0);
        _topicsFrom.Reset();
        _removeTopics.Bind(1, from).Bind(2, last).Run();
        Commit(0);
        _topics.Clear();
        return looked == limit ? last + 1 : -1;
    }

    void Begin()
    {
        _begin.Run();
        if (_version.RunForNumber() is var version && version > SqliteArchiveSchema.Version)
        {
            throw new ArchiveException(
                ArchiveFailure.Newer,
                $"The archive '{_path}' has schema version {version}, this program knows {SqliteArchiveSchema.Version}: "
                + "run the newer program. Nothing was written.");
        }
    }

    void Commit(long change)
    {
        if (change != 0)
            _count.Bind(1, change).Run();
        _hashes.Committing();
        _commit.Run();
        _hashes.Committed();
    }

    /// <summary>How many messages are kept.</summary>
    public long Total() => _total.RunForNumber();

    long Size() => (_pages.RunForNumber() - _freePages.RunForNumber()) * _pageSize;

    bool TryAppend(ArchivedMessage archived)
    {
        var message = archived.DataForArchive();
        Span<byte> hash = stackalloc byte[MessageHash.Length];
        archived.Hash.CopyTo(hash);
        var key = SqliteHashIndex.KeyOf(hash);
        var (pubsub, topic) = TopicOf(archived.PubsubTopic, message.ContentTopic);
        if (IsKept(pubsub, archived, key, hash))
            return false;
        var id = ++_lastId;
        var insert = _insert.Bind(1, id).Bind(2, key).Bind(3, pubsub).Bind(4, topic).Bind(5, archived.Time).Bind(6, hash)
            .Bind(7, message.Timestamp is null ? 0 : 1).Bind(8, message.Version).Bind(9, message.IsEphemeral ? 1 : 0)
            .Bind(10, message.Payload.Span);
        BindOrNull(insert, 11, message.Meta.Span);
        BindOrNull(insert, 12, message.RateLimitProof.Span);
        insert.Run();
        _hashes.Add(this, key, id);
        return true;
    }

    // A message that says when it was made always has that time, and is there or not. One that does not came at some time.
    bool IsKept(long pubsub, ArchivedMessage archived, long key, ReadOnlySpan<byte> hash)
    {
        if (archived.Message!.Timestamp is not null)
            return HasRow(_sameTime.Bind(1, pubsub).Bind(2, archived.Time).Bind(3, key), hash);
        _hashes.Find(this, key, _candidates);
        foreach (var id in _candidates)
        {
            if (HasRow(_hashOf.Bind(1, id), hash))
                return true;
        }
        return false;
    }

    static bool HasRow(SqliteStatement rows, ReadOnlySpan<byte> hash)
    {
        try
        {
            while (rows.Step())
            {
                if (rows.Bytes(0).SequenceEqual(hash))
                    return true;
            }
            return false;
        }
        finally
        {
            rows.Reset();
        }
    }

    (long Pubsub, long Topic) TopicOf(string pubsub, string content)
    {
        if (_topics.TryGetValue((pubsub, content), out var known))
            return known;
        if (_topics.Count >= MaxKnownTopics)
            _topics.Clear();
        _addPubsub.Bind(1, pubsub).Run();
        var pubsubId = _findPubsub.Bind(1, pubsub).RunForNumber();
        _addTopic.Bind(1, pubsubId).Bind(2, content).Run();
        var topicId = _findTopic.Bind(1, pubsubId).Bind(2, content).RunForNumber();
        _topics.Add((pubsub, content), (pubsubId, topicId));
        return (pubsubId, topicId);
    }

    static void BindOrNull(SqliteStatement statement, int index, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            statement.BindNull(index);
        else
            statement.Bind(index, value);
    }
}

using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>Where a stream of messages comes from: a pair of topics, or all of a pubsub topic.</summary>
/// <param name="IsPubsub">Whether it is all of a pubsub topic.</param>
/// <param name="Id">The number of the pair, or of the pubsub topic.</param>
/// <param name="PubsubTopic">The pubsub topic's name.</param>
readonly record struct SqliteSource(bool IsPubsub, long Id, string PubsubTopic);

/// <summary>A row that was found.</summary>
readonly record struct SqliteFound(ArchivePosition Position, long Id, string PubsubTopic)
{
    public long Key => SqliteHashIndex.KeyOf(Position.Hash);
}

/// <summary>The messages of one source, one after another in their order.</summary>
sealed class SqliteMessageStream(SqliteStatement statement)
{
    ArchiveRange _range;

    public SqliteSource Source { get; private set; }

    public ArchivePosition Position { get; private set; }

    public SqliteFound Current => new(Position, statement.Number(2), Source.PubsubTopic);

    // The index does all but telling those apart whose time and first eight bytes of the hash are the same.
    public static string Sql(bool isPubsub, bool isForward)
    {
        var (column, direction) = (isPubsub ? "pubsub" : "topic", isForward ? "ASC" : "DESC");
        return $"""
            SELECT time, hash, id FROM messages
            WHERE {column} = ?1 AND (time, key) >= (?2, ?3) AND (time, key) <= (?4, ?5)
            ORDER BY time {direction}, key {direction}, hash {direction}
            """;
    }

    /// <summary>Begins again, before the first message of a range.</summary>
    public void Open(SqliteSource source, ArchiveRange range)
    {
        (Source, _range) = (source, range);
        statement.Bind(1, source.Id)
            .Bind(2, range.First.Time).Bind(3, SqliteHashIndex.KeyOf(range.First.Hash))
            .Bind(4, range.Last.Time).Bind(5, SqliteHashIndex.KeyOf(range.Last.Hash));
    }

    /// <summary>Moves to the next message; false when there is none.</summary>
    public bool Next()
    {
        while (statement.Step())
        {
            Position = new(statement.Number(0), new MessageHash(statement.Bytes(1)));
            if (_range.Contains(Position))
                return true;
        }
        return false;
    }

    public void Close() => statement.Reset();
}

/// <summary>Merges the messages of many sources into one order, reading no more of each than is taken.</summary>
sealed class SqliteMerge(SqliteSession session)
{
    static readonly Comparer<ArchivePosition> Ascending = Comparer<ArchivePosition>.Create(static (a, b) => a.CompareTo(b));
    static readonly Comparer<ArchivePosition> Descending = Comparer<ArchivePosition>.Create(static (a, b) => b.CompareTo(a));

    readonly Dictionary<(bool IsPubsub, bool IsForward), List<SqliteMessageStream>> _idle = [];

    /// <summary>How many statements there are; they live as long as the session.</summary>
    public int Streams { get; private set; }

    /// <summary>The first messages in a direction.</summary>
    public List<SqliteFound> Take(IReadOnlyCollection<SqliteSource> sources, ArchiveRange range, bool isForward, int limit)
    {
        var found = new List<SqliteFound>(Math.Min(limit, 1_000));
        var open = new List<SqliteMessageStream>(sources.Count);
        var heads = new PriorityQueue<SqliteMessageStream, ArchivePosition>(sources.Count, isForward ? Ascending : Descending);
        try
        {
            foreach (var source in sources)
            {
                var stream = Rent(source.IsPubsub, isForward);
                open.Add(stream);
                stream.Open(source, range);
                if (stream.Next())
                    heads.Enqueue(stream, stream.Position);
            }
            while (found.Count < limit && heads.TryDequeue(out var stream, out _))
            {
                found.Add(stream.Current);
                if (found.Count < limit && stream.Next())
                    heads.Enqueue(stream, stream.Position);
            }
            return found;
        }
        finally
        {
            foreach (var stream in open)
            {
                stream.Close();
                Idle(stream.Source.IsPubsub, isForward).Add(stream);
            }
        }
    }

    SqliteMessageStream Rent(bool isPubsub, bool isForward)
    {
        var idle = Idle(isPubsub, isForward);
        if (idle.Count == 0)
        {
            Streams++;
            return new(session.Prepare(SqliteMessageStream.Sql(isPubsub, isForward)));
        }
        var stream = idle[^1];
        idle.RemoveAt(idle.Count - 1);
        return stream;
    }

    List<SqliteMessageStream> Idle(bool isPubsub, bool isForward)
    {
        if (!_idle.TryGetValue((isPubsub, isForward), out var idle))
            _idle.Add((isPubsub, isForward), idle = []);
        return idle;
    }
}

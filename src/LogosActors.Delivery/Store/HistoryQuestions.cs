using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Store;

/// <summary>The questions to stores that a <see cref="StoreQuery"/> takes, one after the other. Pure.</summary>
internal static class HistoryQuestions
{
    /// <summary>The most content topics of one question: what the Nim reference's archive takes.</summary>
    public const int MaxTopics = 10;

    /// <summary>Finds the questions, or what is wrong with the query.</summary>
    public static bool TryMake(
        StoreQuery query, Autosharding network,
        [NotNullWhen(true)] out IReadOnlyList<ArchiveQuery>? questions, [NotNullWhen(false)] out string? problem)
    {
        questions = null;
        if (query.Hashes.Count > 0 == query.ContentTopics.Count > 0)
            problem = "A query is of content topics or of hashes: one of them.";
        else if (query.Hashes.Count > 0 && (query.Start is not null || query.End is not null))
            problem = "A lookup of hashes has no times.";
        else if (query.End < query.Start)
            problem = "The query ends before it starts.";
        else if (query.Hashes.Count > 0)
            (questions, problem) = (OfHashes(query), null);
        else if (TryFindShards(query.ContentTopics, network, out var shards, out problem))
            questions = OfTopics(query, shards);
        if (questions is null || query.Cursor is not { } cursor || cursor.Part < questions.Count)
            return questions is not null;
        (questions, problem) = (null, "The cursor is not of this query.");
        return false;
    }

    static ArchiveQuery[] OfHashes(StoreQuery query) =>
    [
        .. query.Hashes.Distinct().Chunk(ArchiveQuery.MaxLimit).Select(some =>
            new ArchiveQuery { Hashes = some, IncludesData = query.IncludesData, Limit = ArchiveQuery.MaxLimit }),
    ];

    static ArchiveQuery[] OfTopics(StoreQuery query, SortedDictionary<(int Cluster, int Shard), SortedSet<string>> shards) =>
    [
        .. from shard in shards
           from some in shard.Value.Chunk(MaxTopics)
           select new ArchiveQuery
           {
               PubsubTopic = new PubsubTopic((ushort)shard.Key.Cluster, (ushort)shard.Key.Shard).ToString(),
               ContentTopics = some,
               Start = query.Start is { } start ? UnixNanoseconds.From(start) : null,
               End = query.End is { } end ? UnixNanoseconds.From(end) : null,
               IsForward = query.IsForward,
               IncludesData = query.IncludesData,
               Limit = ArchiveQuery.MaxLimit,
           },
    ];

    static bool TryFindShards(
        IReadOnlyList<string> topics, Autosharding network,
        out SortedDictionary<(int Cluster, int Shard), SortedSet<string>> shards, [NotNullWhen(false)] out string? problem)
    {
        shards = [];
        problem = null;
        foreach (var text in topics)
        {
            if (!ContentTopic.TryParse(text, out var topic, out problem) || !network.TryGetShard(topic, out var shard, out problem))
                return false;
            if (!shards.TryGetValue((shard.Cluster, shard.Shard), out var some))
                shards.Add((shard.Cluster, shard.Shard), some = new SortedSet<string>(StringComparer.Ordinal));
            some.Add(text);
        }
        return true;
    }
}

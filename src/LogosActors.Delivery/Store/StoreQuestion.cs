using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Store;

/// <summary>What a question asks of the archive, and of the page that comes out of it. Pure.</summary>
/// <param name="Query">What the archive is asked.</param>
/// <param name="Cursor">A lookup's cursor; null for other questions, whose cursor is the archive's.</param>
/// <param name="Limit">How many messages the page may have.</param>
internal sealed record StoreQuestion(ArchiveQuery Query, MessageHash? Cursor, int Limit)
{
    /// <summary>The most content topics of a question; the reference has no bound.</summary>
    public const int MaxContentTopics = 100;

    /// <summary>Reads a question.</summary>
    /// <remarks>
    /// All conditions that are given must hold. 13/WAKU2-STORE refuses a pubsub topic without content topics, content topics without a pubsub
    /// topic, and hashes with either or with times; the Nim reference answers all of these, and js-waku sends some.
    /// A limit that is absent, 0 or over the maximum is the store's (13/WAKU2-STORE §Paginating the response).
    /// </remarks>
    /// <param name="request">The question.</param>
    /// <param name="question">What it asks; null when it contradicts itself.</param>
    /// <param name="problem">In what.</param>
    public static bool TryRead(
        StoreQueryRequest request, [NotNullWhen(true)] out StoreQuestion? question, [NotNullWhen(false)] out string? problem)
    {
        question = null;
        problem = ProblemOf(request);
        if (problem is not null)
            return false;
        var isLookup = request.Hashes.Count > 0;
        var limit = request.Limit switch
        {
            null or 0 => isLookup ? ArchiveQuery.MaxLimit : ArchiveQuery.DefaultLimit,
            { } asked => (int)Math.Min(asked, ArchiveQuery.MaxLimit),
        };
        var query = new ArchiveQuery
        {
            PubsubTopic = request.PubsubTopic,
            ContentTopics = [.. request.ContentTopics.Distinct(StringComparer.Ordinal)],
            Start = request.Start,
            End = request.End,
            Hashes = [.. request.Hashes.Distinct()],
            Cursor = isLookup ? null : request.Cursor,
            IsForward = request.IsForward,
            Limit = isLookup ? ArchiveQuery.MaxLimit : limit,
            IncludesData = request.IncludesData,
        };
        question = new StoreQuestion(query, isLookup ? request.Cursor : null, limit);
        return true;
    }

    /// <summary>Makes the page that is sent: what follows a lookup's cursor, cut to the limit and to a length.</summary>
    /// <param name="found">What the archive has found.</param>
    /// <param name="maxLength">The most bytes that the messages may have together; one is always sent.</param>
    /// <returns>The messages, ascending, and the next page's cursor: the last message in the paging direction, when there are more. No
    /// messages at all, null, when the cursor of a lookup is not one of its messages.</returns>
    public (IReadOnlyList<StoreEntry>? Messages, MessageHash? Cursor) Cut(ArchivePage found, int maxLength)
    {
        var messages = found.Messages;
        var (first, end) = (0, messages.Count);
        if (Cursor is { } cursor)
        {
            var at = Enumerable.Range(0, messages.Count).FirstOrDefault(i => messages[i].Hash == cursor, -1);
            if (at < 0)
                return (null, null);
            (first, end) = Query.IsForward ? (at + 1, end) : (first, at);
        }
        var page = new List<StoreEntry>(Math.Min(end - first, Limit));
        var length = 0L;
        while (first < end && page.Count < Limit)
        {
            var entry = ToEntry(messages[Query.IsForward ? first : end - 1]);
            length += StoreCodec.SizeOf(entry);
            if (length > maxLength && page.Count > 0)
                break;
            page.Add(entry);
            (first, end) = Query.IsForward ? (first + 1, end) : (first, end - 1);
        }
        var next = first < end && page.Count > 0 ? page[^1].Hash : found.Cursor;
        if (!Query.IsForward)
            page.Reverse();
        return (page, next);
    }

    StoreEntry ToEntry(ArchivedMessage archived) =>
        Query.IncludesData && archived.Message is { } message
            ? new StoreEntry(archived.Hash, message, archived.PubsubTopic)
            : new StoreEntry(archived.Hash);

    static string? ProblemOf(StoreQueryRequest request)
    {
        if (request.Error is not DecodeError.None)
            return $"decoding rpc failed: {request.Error}";
        if (request.RequestId.Length == 0)
            return "there is no request id";
        if (request.Hashes.Count > ArchiveQuery.MaxLimit)
            return $"at most {ArchiveQuery.MaxLimit} hashes are looked up at once";
        if (request.ContentTopics.Count > MaxContentTopics)
            return $"at most {MaxContentTopics} content topics are searched at once";
        return null;
    }
}

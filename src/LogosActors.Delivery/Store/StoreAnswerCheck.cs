using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>Takes from a store's answer what belongs to the question. Pure: the store is not trusted.</summary>
internal static class StoreAnswerCheck
{
    /// <summary>Checks an answer.</summary>
    /// <remarks>
    /// A single message that does not belong there is left out and counted: a store may have got it from anybody. What makes paging
    /// wrong refuses the whole answer. A message without a timestamp is at the time at which the store got it, which nobody can check.
    /// The last time of the query is taken for inclusive, as the reference has it, though 13/WAKU2-STORE §Filter matching excludes it.
    /// Request ids are not compared: the stream says which question is answered, and the reference does not repeat all of them.
    /// </remarks>
    public static StoreResult<StorePage> Check(ArchiveQuery query, StoreQueryResponse response)
    {
        if ((int)response.Status is not (>= 200 and < 300))
            return Fail(FailureOf(query, response), $"The store answers {(int)response.Status}: {response.Description}");
        if (response.Messages.Count > query.Limit)
            return Fail(StoreFailure.BadAnswer, $"The store sends {response.Messages.Count} messages instead of at most {query.Limit}.");
        if (response.Cursor is { } cursor && (cursor == query.Cursor || response.Messages.Count == 0))
            return Fail(StoreFailure.BadAnswer, "The store's pages have no end.");
        var seen = new HashSet<MessageHash>(response.Messages.Count);
        var messages = new List<StoreEntry>(response.Messages.Count);
        foreach (var entry in response.Messages)
        {
            if (Belongs(query, entry) && seen.Add(entry.Hash))
                messages.Add(query.IncludesData ? entry : new StoreEntry(entry.Hash));
        }
        return new StoreResult<StorePage>(new StorePage(messages, response.Cursor, response.Messages.Count - messages.Count));
    }

    static bool Belongs(ArchiveQuery query, StoreEntry entry)
    {
        if (query.Hashes.Count > 0 && !query.Hashes.Contains(entry.Hash))
            return false;
        if (!query.IncludesData)
            return true;
        return entry is { Message: { } message, PubsubTopic: { } topic }
            && (query.PubsubTopic is null || string.Equals(topic, query.PubsubTopic, StringComparison.Ordinal))
            && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(message.ContentTopic, StringComparer.Ordinal))
            && (message.Timestamp is not { } time || (!(time < query.Start) && !(time > query.End)))
            && MessageHash.Compute(topic, message) == entry.Hash;
    }

    static StoreFailure FailureOf(ArchiveQuery query, StoreQueryResponse response) => response.Status switch
    {
        StoreStatus.BadRequest => StoreFailure.Refused,
        // The reference tells a cursor that it does not know from an archive that failed in words only.
        StoreStatus.BadResponse when query.Cursor is not null && response.Description.Contains("cursor", StringComparison.OrdinalIgnoreCase)
            => StoreFailure.Refused,
        StoreStatus.TooManyRequests => StoreFailure.TooManyRequests,
        _ => StoreFailure.Failed,
    };

    static StoreResult<StorePage> Fail(StoreFailure failure, string reason) => new(failure, reason);
}

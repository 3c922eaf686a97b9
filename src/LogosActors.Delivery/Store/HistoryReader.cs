using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>Asks for one page; null: there is nobody to ask.</summary>
internal delegate Task<StoreResult<StorePage>?> AskForPage(ArchiveQuery query, CancellationToken cancellation);

/// <summary>Reads the past page by page, as far as a query wants.</summary>
internal static class HistoryReader
{
    /// <summary>The most pages of one question without a message: a store that has more leads nowhere.</summary>
    const int MaxEmptyPages = 3;

    /// <param name="query">What is wanted.</param>
    /// <param name="questions">The questions that it takes.</param>
    /// <param name="ask">Asks one.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Result<StoreHistory, StoreQueryError>> ReadAsync(
        StoreQuery query, IReadOnlyList<ArchiveQuery> questions, AskForPage ask, CancellationToken cancellation)
    {
        var found = new Dictionary<MessageHash, StoreEntry>();
        var (part, last, empty) = (query.Cursor?.Part ?? 0, query.Cursor?.Last, 0);
        while (part < questions.Count && found.Count < query.Limit)
        {
            var question = questions[part] with { Cursor = last, Limit = Math.Min(ArchiveQuery.MaxLimit, query.Limit - found.Count) };
            var answer = await ask(question, cancellation);
            if (answer is null)
                return new StoreQueryError(StoreQueryErrorKind.NoStore, "No store is connected; set NodeOptions.StoreNodes, or wait until one is met.");
            if (!answer.IsAnswered)
                return new StoreQueryError(StoreQueryErrorKind.StoreFailed, $"No store has answered: {answer.Reason}");
            var before = found.Count;
            foreach (var entry in answer.Value.Messages)
                found[entry.Hash] = entry;
            empty = found.Count > before ? 0 : empty + 1;
            if (answer.Value.Cursor is not null && empty >= MaxEmptyPages)
                return new StoreQueryError(StoreQueryErrorKind.StoreFailed, "The store's pages lead nowhere.");
            (part, last) = answer.Value.Cursor is { } next ? (part, next) : (part + 1, (MessageHash?)null);
        }
        StoredMessage[] messages = [.. found.Values.Select(Message).OrderBy(message => message.Timestamp).ThenBy(message => message.Hash)];
        return new StoreHistory(messages, part < questions.Count ? new StoreCursor(part, last) : null);
    }

    static StoredMessage Message(StoreEntry entry) => entry.Message is not { } message
        ? new StoredMessage(entry.Hash, null, null)
        : new StoredMessage(
            entry.Hash,
            new MessageEnvelope(message.ContentTopic, message.Payload) { IsEphemeral = message.IsEphemeral, Meta = message.Meta },
            UnixNanoseconds.ToDateTime(message.Timestamp));
}

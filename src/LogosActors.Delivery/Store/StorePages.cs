using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>Follows the pages of one query, and ends them when they repeat themselves or become too many. Pure.</summary>
internal sealed class StorePages(StorePaging paging)
{
    readonly HashSet<MessageHash> _cursors = [];
    readonly HashSet<MessageHash> _messages = [];

    /// <summary>Takes the next page.</summary>
    /// <returns>The page with what is new in it, or why paging ends. A failure stays one.</returns>
    public StoreResult<StorePage> Take(StoreResult<StorePage> result)
    {
        if (!result.IsAnswered)
            return result;
        var page = result.Value;
        if (_messages.Count + page.Messages.Count > paging.MaxMessages)
            return new StoreResult<StorePage>(StoreFailure.TooMany, $"There are more than {paging.MaxMessages} messages.");
        if (page.Cursor is { } cursor && !_cursors.Add(cursor))
            return new StoreResult<StorePage>(StoreFailure.BadAnswer, "The store's pages have no end: a cursor has come twice.");
        if (_cursors.Count >= paging.MaxPages && page.Cursor is not null)
            return new StoreResult<StorePage>(StoreFailure.TooMany, $"There are more than {paging.MaxPages} pages.");
        var fresh = page.Messages.Where(entry => _messages.Add(entry.Hash)).ToArray();
        return fresh.Length == page.Messages.Count
            ? result
            : new StoreResult<StorePage>(page with { Messages = fresh, Refused = page.Refused + page.Messages.Count - fresh.Length });
    }
}

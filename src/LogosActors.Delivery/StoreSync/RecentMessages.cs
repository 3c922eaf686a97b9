using LogosActors.Delivery.Archive;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The ids of an archive's newest messages.</summary>
/// <param name="Ids">The ids with their topics, of messages that say when they were made.</param>
/// <param name="Horizon">The first time of which all messages are there, in nanoseconds since 1970 UTC.</param>
internal sealed record RecentMessages(IReadOnlyList<(string PubsubTopic, string ContentTopic, ArchivePosition Id)> Ids, long Horizon)
{
    /// <summary>Reads them, newest first, page by page.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="since">The earliest time wanted, in nanoseconds since 1970 UTC.</param>
    /// <param name="capacity">The most ids wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">The database is unreachable or broken.</exception>
    public static async Task<RecentMessages> ReadAsync(IMessageArchive archive, long since, int capacity, CancellationToken cancellation)
    {
        List<(string, string, ArchivePosition)> ids = [];
        var query = new ArchiveQuery { Start = since, IsForward = false, Limit = ArchiveQuery.MaxLimit };
        while (true)
        {
            // Null: the message of the cursor was removed meanwhile, and with it all that are older.
            if (await archive.QueryAsync(query, cancellation) is not { } page)
                return new RecentMessages(ids, since);
            foreach (var message in page.Messages)
            {
                if (message.Message is { Timestamp: not null, IsEphemeral: false } kept)
                    ids.Add((message.PubsubTopic, kept.ContentTopic, new ArchivePosition(message.Time, message.Hash)));
            }
            if (page.Cursor is null)
                return new RecentMessages(ids, since);
            if (ids.Count >= capacity)
                return new RecentMessages(ids, page.Messages[0].Time + 1);
            query = query with { Cursor = page.Cursor };
        }
    }
}

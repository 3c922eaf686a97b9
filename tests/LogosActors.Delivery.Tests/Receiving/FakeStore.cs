using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>A store in memory, which answers as 13/WAKU2-STORE says.</summary>
internal sealed class FakeStore(PubsubTopic shard)
{
    readonly SortedDictionary<(long Time, MessageHash Hash), WakuMessage> _messages = [];

    /// <summary>How many messages a page has at most, whatever is asked for.</summary>
    public int PageSize { get; init; } = ArchiveQuery.MaxLimit;

    /// <summary>How many of the cursors that it has given are removed from it, with their messages, before they are used.</summary>
    public int RemovedCursors { get; set; }

    /// <summary>How many questions it has answered.</summary>
    public int Questions { get; private set; }

    public IEnumerable<(MessageHash Hash, WakuMessage Message)> Messages => _messages.Select(pair => (pair.Key.Hash, pair.Value));

    public MessageHash Add(string topic, long time, string text = "")
    {
        var message = Message(topic, time, text);
        var hash = MessageHash.Compute(shard.ToString(), message);
        Add(hash, message);
        return hash;
    }

    public void Add(MessageHash hash, WakuMessage message) => _messages[(message.Timestamp ?? 0, hash)] = message;

    public static WakuMessage Message(string topic, long time, string text = "") =>
        new() { ContentTopic = topic, Payload = System.Text.Encoding.UTF8.GetBytes(text + time), Timestamp = time };

    public StoreResult<StorePage> Answer(ArchiveQuery query)
    {
        Questions++;
        if (query.Hashes.Count > 0)
        {
            var asked = query.Hashes.ToHashSet();
            return Page(_messages.Where(pair => asked.Contains(pair.Key.Hash)), query);
        }
        var matching = _messages.Where(pair =>
            query.ContentTopics.Contains(pair.Value.ContentTopic) && pair.Key.Time >= query.Start && pair.Key.Time <= query.End);
        if (query.Cursor is { } cursor)
        {
            if (RemovedCursors > 0 && _messages.Keys.FirstOrDefault(key => key.Hash == cursor) is { Time: > 0 } removed)
            {
                RemovedCursors--;
                _messages.Remove(removed);
            }
            if (!_messages.Keys.Any(key => key.Hash == cursor))
                return new StoreResult<StorePage>(StoreFailure.Refused, "no such cursor");
            matching = matching.SkipWhile(pair => pair.Key.Hash != cursor).Skip(1);
        }
        return Page(matching, query);
    }

    StoreResult<StorePage> Page(IEnumerable<KeyValuePair<(long Time, MessageHash Hash), WakuMessage>> matching, ArchiveQuery query)
    {
        var size = Math.Min(query.Limit, PageSize);
        var found = matching.Take(size + 1).ToList();
        StoreEntry[] entries = [.. found.Take(size).Select(pair =>
            query.IncludesData ? new StoreEntry(pair.Key.Hash, pair.Value, shard.ToString()) : new StoreEntry(pair.Key.Hash))];
        return new StoreResult<StorePage>(new StorePage(entries, found.Count > size ? entries[^1].Hash : null, 0));
    }
}

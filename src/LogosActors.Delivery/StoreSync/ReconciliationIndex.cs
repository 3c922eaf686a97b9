using LogosActors.Delivery.Archive;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The ids of a store's recent messages, by pubsub topic. Not thread-safe.</summary>
/// <remarks>It has all messages since its <see cref="Horizon"/>, and none before: what is older, or does not fit, is not synchronized.</remarks>
/// <param name="capacity">The most ids; the oldest are evicted, and the horizon moves.</param>
internal sealed class ReconciliationIndex(int capacity)
{
    readonly Dictionary<string, OrderedIds> _topics = new(StringComparer.Ordinal);

    /// <summary>How many ids there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first time of which all messages are here, in nanoseconds since 1970 UTC.</summary>
    public long Horizon { get; private set; }

    /// <summary>Adds a message, unless it is there or before the horizon.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(string pubsubTopic, string contentTopic, ArchivePosition id)
    {
        if (id.Time < Horizon)
            return false;
        if (!_topics.TryGetValue(pubsubTopic, out var ids))
            _topics.Add(pubsubTopic, ids = new OrderedIds());
        if (!ids.Add(id, contentTopic))
            return false;
        Count++;
        // All of the same time go: the horizon is a time.
        while (Count > capacity)
            RemoveBefore(_topics.Values.Min(static topic => topic.First.Time) + 1);
        return true;
    }

    /// <summary>Removes what is before a time, which is the horizon from now on if it is later.</summary>
    public void RemoveBefore(long time)
    {
        if (time <= Horizon)
            return;
        Horizon = time;
        var bound = new ArchivePosition(time, default);
        foreach (var (topic, ids) in _topics)
        {
            Count -= ids.RemoveBefore(bound);
            if (ids.Count == 0)
                _topics.Remove(topic);
        }
    }

    /// <summary>The messages of some topics, as they are now and will be.</summary>
    /// <param name="pubsubTopics">The pubsub topics.</param>
    /// <param name="contentTopics">The content topics; null: all. For some, the ids are copied: their cost is that of the whole index.</param>
    public IReadOnlyList<OrderedIds> Select(IEnumerable<string> pubsubTopics, IReadOnlySet<string>? contentTopics)
    {
        List<OrderedIds> selected = [];
        foreach (var topic in pubsubTopics)
        {
            if (_topics.TryGetValue(topic, out var ids))
                selected.Add(contentTopics is null ? ids : Filter(ids, contentTopics));
        }
        return selected;
    }

    static OrderedIds Filter(OrderedIds ids, IReadOnlySet<string> contentTopics)
    {
        var filtered = new OrderedIds();
        for (var rank = 0; rank < ids.Count; rank++)
        {
            var (id, contentTopic) = ids[rank];
            if (contentTopics.Contains(contentTopic))
                filtered.Add(id, contentTopic);
        }
        return filtered;
    }
}

using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>The state that the events of a <see cref="ReceivingJournalActor"/> add up to. Pure.</summary>
/// <remarks>
/// Of each topic <see cref="ReceivingOptions.MaxRemembered"/> hashes are kept, give or take a batch, and none that was received long before
/// what stores are asked for again.
/// </remarks>
internal sealed class ReceivedHistory(ReceivingOptions options)
{
    /// <summary>For how long before what stores may be asked for the hashes of a topic are kept, in nanoseconds: a message may come by the
    /// relay that late.</summary>
    const long Slack = 10 * 60 * 1_000_000_000L;

    readonly Dictionary<string, TopicHistory> _topics = new(StringComparer.Ordinal);

    /// <summary>How many hashes came since the last snapshot.</summary>
    public int FreshCount { get; private set; }

    /// <summary>How many hashes the last snapshot holds.</summary>
    public int SnapshotCount { get; private set; }

    /// <summary>All topics.</summary>
    public IReadOnlyList<ReceivingJournal.Topic> Topics =>
        [.. _topics.Select(pair => new ReceivingJournal.Topic(pair.Key, pair.Value.Shard, pair.Value.Since, pair.Value.Marks, pair.Value.Floor, [.. pair.Value.Batches]))];

    /// <summary>Applies an event or a snapshot.</summary>
    public void Apply(object stored)
    {
        switch (stored)
        {
            case ReceivingJournal.Subscribed subscribed:
                _topics[subscribed.Topic] = new TopicHistory(subscribed.Shard, subscribed.Since);
                break;
            case ReceivingJournal.Unsubscribed unsubscribed:
                _topics.Remove(unsubscribed.Topic);
                break;
            case ReceivingJournal.Synced { Store: { } store } synced:
                foreach (var (name, topic) in _topics)
                {
                    if (topic.Shard == synced.Shard && (synced.Topics.Count == 0 ? topic.Since <= synced.Time : synced.Topics.Contains(name, StringComparer.Ordinal)))
                        topic.Marks = topic.Marks.With(store, synced.Time);
                }
                break;
            case ReceivingJournal.Received received:
                foreach (var (topic, batch) in received.Batches)
                    Add(topic, batch);
                break;
            case ReceivingJournal.Snapshot snapshot:
                _topics.Clear();
                foreach (var topic in snapshot.Topics)
                {
                    _topics[topic.Name] = new TopicHistory(topic.Shard, topic.Since) { Marks = topic.Marks, Floor = topic.Floor };
                    foreach (var batch in topic.Batches)
                        Add(topic.Name, batch);
                }
                (SnapshotCount, FreshCount) = (FreshCount, 0);
                break;
        }
    }

    /// <summary>All that must be kept.</summary>
    public ReceivingJournal.Snapshot TakeSnapshot()
    {
        var (horizon, overlap) = (UnixNanoseconds.Of(options.StoreHorizon), UnixNanoseconds.Of(options.StoreOverlap));
        foreach (var topic in _topics.Values)
        {
            while (topic.Batches.TryPeek(out var oldest) && oldest.Time < topic.Marks.Earliest(horizon) - overlap - Slack)
                topic.Forget();
        }
        (SnapshotCount, FreshCount) = (_topics.Values.Sum(topic => topic.Count), 0);
        return new ReceivingJournal.Snapshot(Topics);
    }

    /// <summary>The events after which the history is as the node's memory is.</summary>
    public IReadOnlyList<object> DifferencesTo(IReadOnlyList<ReceivingJournal.Topic> memory)
    {
        var differences = new List<object>();
        var names = memory.Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(_topics.Keys.Where(name => !names.Contains(name)).Select(name => new ReceivingJournal.Unsubscribed(name)));
        foreach (var topic in memory)
        {
            var known = _topics.GetValueOrDefault(topic.Name);
            if (known is null || known.Since != topic.Since || known.Shard != topic.Shard)
            {
                known = null;
                differences.Add(new ReceivingJournal.Subscribed(topic.Name, topic.Shard, topic.Since));
            }
            var stored = known?.Batches.SelectMany(batch => batch.Hashes).ToHashSet() ?? [];
            var missing = topic.Batches
                .Select(batch => (topic.Name, batch with { Hashes = [.. batch.Hashes.Where(hash => !stored.Contains(hash))] }))
                .Where(missing => missing.Item2.Hashes.Length > 0)
                .ToArray();
            if (missing.Length > 0)
                differences.Add(new ReceivingJournal.Received(missing));
            differences.AddRange(topic.Marks.Stores
                .Where(mark => !(known?.Marks.Of(mark.Store) >= mark.Time))
                .Select(mark => new ReceivingJournal.Synced(topic.Shard, [topic.Name], mark.Store, mark.Time)));
        }
        return differences;
    }

    void Add(string name, ReceivingJournal.Batch batch)
    {
        // What is unsubscribed from meanwhile is not wanted any more.
        if (!_topics.TryGetValue(name, out var topic))
            return;
        topic.Batches.Enqueue(batch);
        topic.Count += batch.Hashes.Length;
        FreshCount += batch.Hashes.Length;
        while (topic.Count - topic.Batches.Peek().Hashes.Length >= options.MaxRemembered)
            topic.Forget();
    }

    sealed class TopicHistory(PubsubTopic shard, long since)
    {
        public PubsubTopic Shard { get; } = shard;

        public long Since { get; } = since;

        public StoreMarks Marks { get; set; } = new(since);

        public long Floor { get; set; } = long.MinValue;

        public int Count { get; set; }

        public Queue<ReceivingJournal.Batch> Batches { get; } = [];

        /// <summary>Forgets the oldest batch: up to its time nothing is known for sure.</summary>
        public void Forget()
        {
            var forgotten = Batches.Dequeue();
            Count -= forgotten.Hashes.Length;
            Floor = Math.Max(Floor, forgotten.Time);
        }
    }
}

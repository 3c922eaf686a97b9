using Google.Protobuf;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving.Stored;
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
    public IReadOnlyList<ReceivingJournal.Topic> Topics => [.. _topics.Select(pair => pair.Value.ToTopic(pair.Key))];

    /// <summary>Applies an event or a snapshot.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public void Apply(object stored)
    {
        switch (stored)
        {
            case TopicSubscribed subscribed:
                // One that moves back was stored by a clock that was ahead: what was received stays.
                if (_topics.TryGetValue(subscribed.Topic, out var known) && subscribed.Since <= known.Since && known.Shard == StoredReceiving.ToShard(subscribed.Shard))
                    known.Subscribe(subscribed.Since, subscribed.IsWanted);
                else
                    _topics[subscribed.Topic] = new TopicHistory(StoredReceiving.ToShard(subscribed.Shard), subscribed.Since) { IsWanted = subscribed.IsWanted };
                break;
            case TopicUnsubscribed unsubscribed:
                _topics.Remove(unsubscribed.Topic);
                break;
            case StoreReached reached:
                Apply(reached);
                break;
            case MessagesReceived received:
                foreach (var part in received.Topics)
                    Add(part.Topic, StoredReceiving.ToBatch(part.Batch));
                break;
            case ReceivingSnapshot snapshot:
                _topics.Clear();
                foreach (var topic in StoredReceiving.ToTopics(snapshot))
                {
                    _topics[topic.Name] = new TopicHistory(topic.Shard, topic.Since) { IsWanted = topic.IsWanted, Marks = topic.Marks, Floor = topic.Floor };
                    foreach (var batch in topic.Batches)
                        Add(topic.Name, batch);
                }
                (SnapshotCount, FreshCount) = (FreshCount, 0);
                break;
        }
    }

    /// <summary>All that must be kept.</summary>
    public ReceivingSnapshot TakeSnapshot()
    {
        var (horizon, overlap) = (UnixNanoseconds.Of(options.StoreHorizon), UnixNanoseconds.Of(options.StoreOverlap));
        foreach (var topic in _topics.Values)
        {
            while (topic.Batches.TryPeek(out var oldest) && oldest.Time < topic.Marks.Earliest(horizon) - overlap - Slack)
                topic.Forget();
        }
        (SnapshotCount, FreshCount) = (_topics.Values.Sum(topic => topic.Count), 0);
        return StoredReceiving.From(Topics);
    }

    /// <summary>The events after which the topics, without their hashes, are as the node has them.</summary>
    public IReadOnlyList<IMessage> DifferencesTo(IReadOnlyList<ReceivingJournal.Topic> topics)
    {
        var differences = new List<IMessage>();
        var names = topics.Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(_topics.Keys.Where(name => !names.Contains(name)).Select(name => new TopicUnsubscribed { Topic = name }));
        foreach (var topic in topics)
        {
            var known = _topics.GetValueOrDefault(topic.Name);
            if (known?.Since != topic.Since || known.Shard != topic.Shard)
                known = null;
            if (known?.IsWanted != topic.IsWanted)
                differences.Add(StoredReceiving.From(topic.Name, topic.Shard, topic.Since, topic.IsWanted));
            differences.AddRange(topic.Marks.Stores
                .Where(mark => known?.Marks.Of(mark.Store) != mark.Time)
                .Select(mark => StoredReceiving.From(new ReceivingJournal.Reached(topic.Shard, [topic.Name], mark.Store, mark.Time))));
        }
        return differences;
    }

    /// <summary>What of a topic's hashes is not in the history.</summary>
    public IReadOnlyList<ReceivingJournal.Batch> Missing(string topic, IReadOnlyList<ReceivingJournal.Batch> batches)
    {
        var stored = _topics.GetValueOrDefault(topic)?.Batches.SelectMany(batch => batch.Hashes).ToHashSet() ?? [];
        return
        [
            .. batches
                .Select(batch => batch with { Hashes = [.. batch.Hashes.Where(hash => !stored.Contains(hash))] })
                .Where(batch => batch.Hashes.Length > 0),
        ];
    }

    void Apply(StoreReached reached)
    {
        var (shard, store) = (StoredReceiving.ToShard(reached.Shard), StoredReceiving.ToPeer(reached.Store));
        foreach (var (name, topic) in _topics)
        {
            if (topic.Shard == shard && (reached.Topics.Count == 0 ? topic.Since <= reached.Time : reached.Topics.Contains(name)))
                topic.Marks = topic.Marks.With(store, reached.Time);
        }
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

        public long Since { get; private set; } = since;

        public bool IsWanted { get; set; }

        public StoreMarks Marks { get; set; } = new(since);

        public long Floor { get; set; } = long.MinValue;

        public int Count { get; set; }

        public Queue<ReceivingJournal.Batch> Batches { get; } = [];

        public void Subscribe(long since, bool isWanted) => (Since, IsWanted, Marks) = (since, isWanted, Marks.Until(long.MaxValue, since));

        /// <summary>Forgets the oldest batch: up to its time nothing is known for sure.</summary>
        public void Forget()
        {
            var forgotten = Batches.Dequeue();
            Count -= forgotten.Hashes.Length;
            Floor = Math.Max(Floor, forgotten.Time);
        }

        public ReceivingJournal.Topic ToTopic(string name) => new(name, Shard, Since, IsWanted, Marks, Floor, [.. Batches]);
    }
}

using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What must outlive the <see cref="SubscriptionsActor"/> when it fails, or its node stops for a while. Belongs to that actor.</summary>
internal sealed class ReceivingMemory(ReceivingOptions options)
{
    readonly Dictionary<string, TopicMemory> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<PubsubTopic, ShardMemory> _shards = [];

    /// <summary>Whether what the journal holds has been taken over.</summary>
    public bool IsRecovered { get; set; }

    public int Count => _topics.Count;

    public IEnumerable<TopicMemory> Topics => _topics.Values;

    public IEnumerable<ShardMemory> Shards => _shards.Values;

    public TopicMemory? Find(string topic) => _topics.GetValueOrDefault(topic);

    /// <summary>The topics of a shard.</summary>
    public ShardMemory ShardOf(PubsubTopic shard)
    {
        if (!_shards.TryGetValue(shard, out var memory))
            _shards.Add(shard, memory = new ShardMemory(shard));
        return memory;
    }

    /// <summary>Remembers a topic that is subscribed to.</summary>
    public TopicMemory Add(string topic, PubsubTopic shard, long since)
    {
        var memory = new TopicMemory(topic, shard, since, options.MaxRemembered);
        _topics.Add(topic, memory);
        var shardMemory = ShardOf(shard);
        shardMemory.Topics = [.. shardMemory.Topics, memory];
        return memory;
    }

    /// <summary>Forgets a topic; null when it is not known.</summary>
    public TopicMemory? Remove(string topic)
    {
        if (!_topics.Remove(topic, out var memory))
            return null;
        var shard = ShardOf(memory.Shard);
        shard.Topics = [.. shard.Topics.Where(other => other != memory)];
        return memory;
    }

    /// <summary>Takes over what a journal holds and is not known here.</summary>
    /// <param name="recovered">What it holds.</param>
    /// <param name="shardOf">The shard of a content topic; null when the network has none for it.</param>
    public void Add(IReadOnlyList<ReceivingJournal.Topic> recovered, Func<string, PubsubTopic?> shardOf)
    {
        foreach (var topic in recovered)
        {
            if (shardOf(topic.Name) is not { } shard)
                continue;
            var memory = Find(topic.Name) ?? Add(topic.Name, shard, topic.Since);
            foreach (var batch in topic.Batches)
            {
                foreach (var hash in batch.Hashes)
                    memory.Received.TryAdd(hash, batch.Time);
            }
            memory.Received.Raise(topic.Floor);
            foreach (var (store, time) in topic.Marks.Stores)
                memory.Marks = memory.Marks.With(store, time);
        }
    }

    /// <summary>What a journal should hold.</summary>
    public IReadOnlyList<ReceivingJournal.Topic> ToRecords() =>
        [.. Topics.Select(topic => new ReceivingJournal.Topic(
            topic.Topic, topic.Shard, topic.Since, topic.Marks, topic.Received.Floor, BatchesOf(topic.Received)))];

    /// <summary>Hashes by ascending time, some hundred together.</summary>
    static ReceivingJournal.Batch[] BatchesOf(ReceivedHashes received) =>
        [.. received.ToArray()
            .OrderBy(known => known.Time)
            .Chunk(256)
            .Select(known => new ReceivingJournal.Batch(known[^1].Time, [.. known.Select(one => one.Hash)]))];
}

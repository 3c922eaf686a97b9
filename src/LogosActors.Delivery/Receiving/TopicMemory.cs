using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What must outlive the actors of one content topic when they fail.</summary>
/// <param name="topic">The topic's text.</param>
/// <param name="shard">Where its messages travel.</param>
/// <param name="since">Since when it is subscribed to, in nanoseconds since 1970 UTC: what stores have of before is not wanted.</param>
/// <param name="maxRemembered">How many hashes are remembered.</param>
internal sealed class TopicMemory(string topic, PubsubTopic shard, long since, int maxRemembered)
{
    volatile StoreMarks _marks = new(since);

    public string Topic { get; } = topic;

    public PubsubTopic Shard { get; } = shard;

    public long Since { get; } = since;

    /// <summary>Up to when stores have told everything; replaced, by the actor that asks stores. For any number of threads.</summary>
    public StoreMarks Marks
    {
        get => _marks;
        set => _marks = value;
    }

    /// <summary>What was received.</summary>
    public ReceivedHashes Received { get; } = new(maxRemembered);

    /// <summary>What was received and is not told yet, because its hash is on its way to the journal. Belongs to the topic's actor.</summary>
    public UntoldMessages Untold { get; } = new();
}

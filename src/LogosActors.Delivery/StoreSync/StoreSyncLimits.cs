using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The bounds of store sync. None is of the specification unless it says so.</summary>
internal static class StoreSyncLimits
{
    /// <summary>The longest payload of a reconciliation, in bytes: 8 MiB, twice what all ids of the largest index take. The Nim reference has no bound.</summary>
    public const int PayloadLength = 8 * 1024 * 1024;

    /// <summary>The most ranges of one payload.</summary>
    public const int Ranges = 16_384;

    /// <summary>The most ids in all item sets of one payload.</summary>
    public const int Ids = 131_072;

    /// <summary>The most pubsub topics, and the most content topics, of one payload.</summary>
    public const int Topics = 1024;

    /// <summary>The longest topic, in bytes.</summary>
    public const int TopicLength = WakuMessageLimits.ContentTopicLength;

    /// <summary>The most payloads that one side receives in one reconciliation: a range of an hour is split in 8 until it is one nanosecond after 14.</summary>
    public const int Rounds = 64;

    /// <summary>What a transferred message may take beside the message itself, in bytes: its topic, and the tags and lengths of both.</summary>
    public const int TransferOverhead = TopicLength + 16;
}

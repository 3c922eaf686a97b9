using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;

namespace LogosActors.Delivery.StoreSync;

/// <summary>How a store synchronizes with others (WAKU-STORE-SYNC). Immutable; checked when set.</summary>
public sealed record StoreSyncOptions
{
    /// <summary>How often the store begins to synchronize, with one random peer that does so, too.</summary>
    /// <value>Default 5 min (Nim reference, <c>DefaultSyncInterval</c>). Range 1 s – 1 day.</value>
    public TimeSpan Interval { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)); } = TimeSpan.FromMinutes(5);

    /// <summary>How far back messages are synchronized.</summary>
    /// <value>Default 1 h (Nim reference, <c>DefaultSyncRange</c>). Range 1 s – 1 day.</value>
    public TimeSpan Range { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)); } = TimeSpan.FromHours(1);

    /// <summary>The age below which a message is left alone: the relay may still bring it.</summary>
    /// <value>Default 20 s (Nim reference, <c>DefaultGossipSubJitter</c>). Range 0 – 10 min.</value>
    public TimeSpan RelayJitter { get; init => field = OptionRange.Check(value, TimeSpan.Zero, TimeSpan.FromMinutes(10)); } = TimeSpan.FromSeconds(20);

    /// <summary>The most messages whose ids are kept in memory, of 80 bytes each; the oldest are not synchronized beyond it.</summary>
    /// <value>Default 50,000 (Nim reference, <c>DefaultStorageCap</c>). Range 100 – 100,000.</value>
    public int MaxIds { get; init => field = OptionRange.Check(value, 100, 100_000); } = 50_000;

    /// <summary>Shards that are synchronized beside those that are joined: for a store that does not relay.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<PubsubTopic> Shards { get; init; } = [];

    /// <summary>How long ids are kept: others synchronize the same range, and may begin a little earlier.</summary>
    internal TimeSpan Kept => Range + RelayJitter + TimeSpan.FromMinutes(1);
}

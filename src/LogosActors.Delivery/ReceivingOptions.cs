using LogosActors.Libp2p;

namespace LogosActors.Delivery;

/// <summary>How messages are received (P2P-RELIABILITY §Store-based reliability for receiving).</summary>
public sealed record ReceivingOptions
{
    /// <summary>How many content topics may be subscribed to.</summary>
    /// <value>Default 10,000. Range 1 – 1,000,000.</value>
    public int MaxContentTopics { get; init => field = OptionRange.Check(value, 1, 1_000_000); } = 10_000;

    /// <summary>How many hashes of received messages are remembered for each content topic, so that each message comes once. On a topic that
    /// has more messages in <see cref="StoreHorizon"/> and <see cref="StoreOverlap"/>, stores are not asked for the eldest.</summary>
    /// <value>Default 100,000: some 10 MB for a topic that has that many, and as much again with a data directory. Range 1 – 10,000,000.</value>
    public int MaxRemembered { get; init => field = OptionRange.Check(value, 1, 10_000_000); } = 100_000;

    /// <summary>How often stores are asked for what was missed, give or take a fifth.</summary>
    /// <value>Default 1 min. Range 1 s – 1 day.</value>
    public TimeSpan StoreInterval { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)); } = TimeSpan.FromMinutes(1);

    /// <summary>How far behind the time up to which it has answered completely a store is asked again: clocks differ, and archives are late.</summary>
    /// <value>Default 30 s. Range 0 – 1 day.</value>
    public TimeSpan StoreOverlap { get; init => field = OptionRange.Check(value, TimeSpan.Zero, TimeSpan.FromDays(1)); } = TimeSpan.FromSeconds(30);

    /// <summary>How far behind the time up to which some store has answered completely another one is asked, at most: a store that was not asked
    /// before, or not for long. What a store has missed while it was cut off comes from the others, if they are met within this time.</summary>
    /// <value>Default 1 h. Range 0 – 30 days.</value>
    public TimeSpan StoreHorizon { get; init => field = OptionRange.Check(value, TimeSpan.Zero, TimeSpan.FromDays(30)); } = TimeSpan.FromHours(1);
}

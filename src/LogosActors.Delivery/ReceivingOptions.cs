namespace LogosActors.Delivery;

/// <summary>How messages are received (P2P-RELIABILITY §Store-based reliability for receiving).</summary>
public sealed record ReceivingOptions
{
    /// <summary>How many content topics may be subscribed to.</summary>
    /// <value>Default 10,000.</value>
    public int MaxContentTopics { get; init; } = 10_000;

    /// <summary>How many hashes of received messages are remembered for each content topic, so that each message comes once.</summary>
    /// <value>Default 10,000.</value>
    public int MaxRemembered { get; init; } = 10_000;

    /// <summary>How often stores are asked for what was missed, give or take a fifth.</summary>
    /// <value>Default 1 min.</value>
    public TimeSpan StoreInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How far behind the newest message that is known stores are asked again: clocks differ, and archives are late.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan StoreOverlap { get; init; } = TimeSpan.FromSeconds(30);
}

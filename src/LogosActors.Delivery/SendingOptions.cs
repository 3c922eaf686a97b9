namespace LogosActors.Delivery;

/// <summary>How messages are sent (P2P-RELIABILITY §Store-based reliability for publishing).</summary>
public sealed record SendingOptions
{
    /// <summary>How long a request may take: within this time after <see cref="MessagingNode.SendAsync"/> it has ended.</summary>
    /// <value>Default 60 s (the Nim reference's MaxTimeInCache).</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The wait before the first retry; it doubles with each, up to <see cref="LongestRetryWait"/>.</summary>
    /// <value>Default 1 s (P2P-RELIABILITY §Lightpush).</value>
    public TimeSpan FirstRetryWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two retries.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan LongestRetryWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a message has left stores are asked for it, and how often.</summary>
    /// <value>Default 3 s (the Nim reference's ArchiveTime).</value>
    public TimeSpan ConfirmationInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether stores are asked for what was sent, where there are any; if not, a request ends when neighbours have the message.</summary>
    /// <value>Default true (P2P-RELIABILITY). By default a store answers a peer about 500 messages a second (<see cref="Store.StoreServiceOptions.PeerLimit"/>):
    /// of what is sent beyond that for long, what neighbours have ends as sent without a store's word, after half of <see cref="Timeout"/>, or
    /// when it fills half of <see cref="MaxUnfinished"/>.</value>
    public bool AsksStores { get; init; } = true;

    /// <summary>How many requests may be under way.</summary>
    /// <value>Default 100,000.</value>
    public int MaxUnfinished { get; init; } = 100_000;
}

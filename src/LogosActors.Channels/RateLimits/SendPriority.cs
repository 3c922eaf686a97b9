namespace LogosActors.Channels.RateLimits;

/// <summary>Who goes first when not all may go.</summary>
internal enum SendPriority
{
    /// <summary>What others miss: retransmissions and repairs.</summary>
    Repair,

    /// <summary>New messages, chunk after chunk.</summary>
    New,

    /// <summary>Sync messages: refused when they may not go now, as the next one says more.</summary>
    Sync,

    /// <summary>What is of use now or never: refused near the limit.</summary>
    Ephemeral,
}

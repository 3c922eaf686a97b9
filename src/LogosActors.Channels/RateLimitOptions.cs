using LogosActors.Libp2p;

namespace LogosActors.Channels;

/// <summary>What counts against the limit of an epoch.</summary>
public enum RateLimitCounting
{
    /// <summary>A message counts once, whatever it is cut into and however often parts of it are sent again.</summary>
    FirstChunk,

    /// <summary>Everything that is sent counts: what networks with RLN enforce (17/WAKU2-RLN-RELAY).</summary>
    EverySegment,
}

/// <summary>How much a channel sends in an epoch (RELIABLE-CHANNEL-API §Rate Limit Manager).</summary>
public sealed record RateLimitOptions
{
    /// <summary>Whether there is a limit.</summary>
    /// <value>Default true.</value>
    public bool IsEnabled { get; init; } = true;

    /// <summary>How long an epoch is; epochs begin at multiples of it since 1970 UTC (17/WAKU2-RLN-RELAY §Epoch).</summary>
    /// <value>Default 600,000 ms (64/WAKU2-NETWORK, rlnEpochSizeSec). Range 1 s – 1 day.</value>
    public TimeSpan EpochSize { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)); } = TimeSpan.FromMinutes(10);

    /// <summary>How many messages may be sent in an epoch; what is over it waits for the next one.</summary>
    /// <value>Default 100 (64/WAKU2-NETWORK, rlnRelayUserMessageLimit). Range 1 – 1,000,000,000.</value>
    public int MessagesPerEpoch { get; init => field = OptionRange.Check(value, 1, 1_000_000_000); } = 100;

    /// <summary>What counts.</summary>
    /// <value>Default the first chunk of each message.</value>
    public RateLimitCounting Counting { get; init; } = RateLimitCounting.FirstChunk;

    /// <summary>At which share of the limit the application is warned; from there on ephemeral messages are refused.</summary>
    /// <value>Default 0.8. Range 0 – 1.</value>
    public double Threshold { get; init => field = OptionRange.Check(value, 0.0, 1.0); } = 0.8;

    /// <summary>The number of the epoch that a time is in, since 1970 UTC.</summary>
    internal long EpochOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / EpochSize.Ticks;
}

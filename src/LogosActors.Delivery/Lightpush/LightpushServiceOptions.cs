using LogosActors.Configuration;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p;

namespace LogosActors.Delivery.Lightpush;

/// <summary>The limits of a lightpush service. Immutable; checked when set. The Nim reference has none by default.</summary>
public sealed record LightpushServiceOptions
{
    /// <summary>Whether a push must name its pubsub topic, as on networks without autosharding.</summary>
    /// <value>Default false: without one it goes to the shard of its content topic.</value>
    public bool RequiresPubsubTopic { get; init; }

    /// <summary>The rate of requests of one peer; null: unlimited.</summary>
    /// <value>Default 600 requests per minute.</value>
    public RateLimit? PeerLimit { get; init; } = new(600, TimeSpan.FromMinutes(1));

    /// <summary>The rate of requests of all peers together; null: unlimited.</summary>
    /// <value>Default 60,000 requests per minute.</value>
    public RateLimit? Limit { get; init; } = new(60_000, TimeSpan.FromMinutes(1));

    /// <summary>The most data of one peer's requests in a minute.</summary>
    /// <value>Default 32 MiB. Range 1 MiB – 900 MiB.</value>
    public DataSize PeerSizePerMinute
    {
        get;
        init => field = OptionRange.Check(value, DataSize.FromMebibytes(1), DataSize.FromMebibytes(900));
    } = DataSize.FromMebibytes(32);

    /// <summary>The most data of all peers' requests in a minute.</summary>
    /// <value>Default 512 MiB. Range 1 MiB – 900 MiB.</value>
    public DataSize SizePerMinute
    {
        get;
        init => field = OptionRange.Check(value, DataSize.FromMebibytes(1), DataSize.FromMebibytes(900));
    } = DataSize.FromMebibytes(512);
}

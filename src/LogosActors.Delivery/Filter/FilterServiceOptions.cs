using LogosActors.Configuration;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p;

namespace LogosActors.Delivery.Filter;

/// <summary>The limits of a filter service. Immutable; checked when set.</summary>
public sealed record FilterServiceOptions
{
    /// <summary>The most subscribers at once; further ones are refused.</summary>
    /// <value>Default 500 (Nim reference, <c>filter-max-peers-to-serve</c>). Range 1 – 100,000.</value>
    public int MaxSubscribers { get; init => field = OptionRange.Check(value, 1, 100_000); } = 500;

    /// <summary>The most criteria of one subscriber: pairs of a pubsub topic and a content topic.</summary>
    /// <value>Default 1000 (Nim reference, <c>filter-max-criteria</c>). Range 1 – 100,000.</value>
    public int MaxCriteria { get; init => field = OptionRange.Check(value, 1, 100_000); } = 1000;

    /// <summary>The longest topics of all criteria of one subscriber together, in characters: bounds the service's memory.</summary>
    /// <value>Default 128 Ki: 1000 criteria of 131 characters. Range 4 Ki – 16 Mi.</value>
    public int MaxCriteriaLength { get; init => field = OptionRange.Check(value, 4 * 1024, 16 * 1024 * 1024); } = 128 * 1024;

    /// <summary>The idle time after which a subscriber is dropped that has sent no ping, subscribe or unsubscribe request.</summary>
    /// <value>Default 5 min (Nim reference, <c>filter-subscription-timeout</c>). Range 1 s – 1 day.</value>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    } = TimeSpan.FromMinutes(5);

    /// <summary>The rate of requests of one peer; null: unlimited.</summary>
    /// <value>Default 30 requests per minute, as of the Nim reference. Only requests that were decoded count.</value>
    public RateLimit? PeerLimit { get; init; } = new(30, TimeSpan.FromMinutes(1));

    /// <summary>The most data of one peer's requests in a minute.</summary>
    /// <value>Default 2 MiB. Range 256 KiB – 500 MiB.</value>
    public DataSize PeerSizePerMinute
    {
        get;
        init => field = OptionRange.Check(value, DataSize.FromKibibytes(256), DataSize.FromMebibytes(500));
    } = DataSize.FromMebibytes(2);
}

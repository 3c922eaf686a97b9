using LogosActors.Delivery.RateLimits;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>The limits of a peer exchange service. Immutable; checked when set.</summary>
public sealed record PeerExchangeServiceOptions
{
    /// <summary>The rate of queries of one peer; null: unlimited, as in the Nim reference.</summary>
    /// <value>Default 30 queries per minute: js-waku asks twice a minute.</value>
    public RateLimit? PeerLimit { get; init; } = new(30, TimeSpan.FromMinutes(1));
}

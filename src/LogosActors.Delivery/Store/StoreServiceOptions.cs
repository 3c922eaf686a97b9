using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p;

namespace LogosActors.Delivery.Store;

/// <summary>What a store gives its clients. Immutable; checked when set.</summary>
public sealed record StoreServiceOptions
{
    /// <summary>What one peer may ask; null: as much as it likes, as the Nim reference has it.</summary>
    /// <value>Default 300 questions per minute.</value>
    public RateLimit? PeerLimit { get; init; } = new(300, TimeSpan.FromMinutes(1));

    /// <summary>How many questions the archive is asked at once; further ones wait.</summary>
    /// <value>Default 4: each may have a page of 100 messages in memory. Range 1 – 1000.</value>
    public int MaxConcurrentQueries { get; init => field = OptionRange.Check(value, 1, 1000); } = 4;

    /// <summary>The longest answer, in bytes: a page that is longer is cut, and goes on with the next. One message is always sent.</summary>
    /// <value>Default 1 MiB. Range 64 KiB – 14 MiB.</value>
    public int MaxAnswerLength { get; init => field = OptionRange.Check(value, 64 * 1024, 14 * 1024 * 1024); } = 1024 * 1024;
}

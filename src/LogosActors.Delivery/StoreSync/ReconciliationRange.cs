using LogosActors.Delivery.Archive;

namespace LogosActors.Delivery.StoreSync;

/// <summary>What one side says of the messages of a range. Immutable.</summary>
/// <remarks>Ranges follow one another: each begins at the time at which the one before it ends. On the wire a bound has a hash only where a range
/// begins and ends at the same time; every other hash is zero.</remarks>
/// <param name="Lower">The first position, inclusive.</param>
/// <param name="Upper">The last position, inclusive; with a hash of zero, which no message has, all before its time.</param>
internal abstract record ReconciliationRange(ArchivePosition Lower, ArchivePosition Upper)
{
    /// <summary>There is nothing more to say.</summary>
    public sealed record Skip(ArchivePosition Lower, ArchivePosition Upper) : ReconciliationRange(Lower, Upper);

    /// <summary>The fingerprint of the sender's messages.</summary>
    public sealed record Summary(ArchivePosition Lower, ArchivePosition Upper, Fingerprint Fingerprint) : ReconciliationRange(Lower, Upper);

    /// <summary>All of the sender's messages.</summary>
    /// <param name="Lower">The first position, inclusive.</param>
    /// <param name="Upper">The last position, inclusive.</param>
    /// <param name="Ids">The messages, ascending, none twice.</param>
    /// <param name="IsReconciled">Whether the sender needs no set in return: it has had the receiver's, or has none itself.</param>
    public sealed record ItemSet(ArchivePosition Lower, ArchivePosition Upper, IReadOnlyList<ArchivePosition> Ids, bool IsReconciled)
        : ReconciliationRange(Lower, Upper);
}

/// <summary>One turn of a reconciliation. Immutable.</summary>
internal sealed record ReconciliationPayload
{
    /// <summary>The last word: nothing differs any more, or nothing is in common.</summary>
    public static readonly ReconciliationPayload End = new();

    /// <summary>The pubsub topics that the sender synchronizes; empty: all.</summary>
    public IReadOnlyList<string> PubsubTopics { get; init; } = [];

    /// <summary>The content topics that the sender synchronizes; empty: all.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>What is said of each range, ascending, without gaps; none is the end of the reconciliation.</summary>
    public IReadOnlyList<ReconciliationRange> Ranges { get; init; } = [];

    /// <summary>Whether the sender has nothing to ask or to say: no answer follows.</summary>
    public bool IsEnd => Ranges.All(static range => range is ReconciliationRange.Skip);
}

using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Store;

/// <summary>A question to a store, as it is on the wire (13/WAKU2-STORE §Store Query Request). Immutable.</summary>
internal sealed record StoreQueryRequest
{
    /// <summary>Why what came is no question; there is nothing in it then.</summary>
    public DecodeError Error { get; init; }

    /// <summary>Identifies the question; the answer has it, too.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Whether the messages themselves are wanted, or only their hashes.</summary>
    public bool IncludesData { get; init; }

    /// <summary>The pubsub topic; null: any. An empty one on the wire is absent: js-waku sends it so.</summary>
    public string? PubsubTopic { get; init; }

    /// <summary>The content topics, of which a message has one; empty: any. At most <see cref="StoreLimits.DecodedCriteria"/>.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>The first time, in nanoseconds since 1970 UTC; null: the beginning.</summary>
    public long? Start { get; init; }

    /// <summary>The last time, in nanoseconds since 1970 UTC; null: the end.</summary>
    public long? End { get; init; }

    /// <summary>The hashes that are looked up; empty: the query is by content. At most <see cref="StoreLimits.DecodedCriteria"/>.</summary>
    public IReadOnlyList<MessageHash> Hashes { get; init; } = [];

    /// <summary>The message after which, in the paging direction, the page begins; null: at the beginning.</summary>
    public MessageHash? Cursor { get; init; }

    /// <summary>Whether pages go from the oldest to the newest.</summary>
    public bool IsForward { get; init; }

    /// <summary>How many messages a page may have; null or 0: as many as the store likes.</summary>
    public ulong? Limit { get; init; }
}

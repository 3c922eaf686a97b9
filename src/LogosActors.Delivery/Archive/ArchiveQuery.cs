using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>Which archived messages are wanted. All conditions that are given must hold. Immutable; checked when set.</summary>
/// <remarks>Messages are ordered by time, and those of the same time by hash (13/WAKU2-STORE §Pagination).</remarks>
public sealed record ArchiveQuery
{
    /// <summary>The most messages of one page (13/WAKU2-STORE §StoreQueryRequest: a service node's maximum; the Nim reference has 100).</summary>
    public const int MaxLimit = 100;

    /// <summary>The messages of a page unless the query says otherwise (the Nim reference's default).</summary>
    public const int DefaultLimit = 20;

    /// <summary>The pubsub topic; null: any.</summary>
    public string? PubsubTopic { get; init; }

    /// <summary>The content topics, of which a message has one; empty: any.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>The first time, inclusive, in nanoseconds since 1970 UTC; null: the beginning.</summary>
    public long? Start { get; init; }

    /// <summary>The last time, inclusive, in nanoseconds since 1970 UTC; null: the end.</summary>
    public long? End { get; init; }

    /// <summary>The hashes of which a message has one; empty: any. No paging: all that are there come, at most <see cref="MaxLimit"/>.</summary>
    public IReadOnlyList<MessageHash> Hashes { get; init; } = [];

    /// <summary>The message after which, in the paging direction, the page begins; null: at the beginning.</summary>
    public MessageHash? Cursor { get; init; }

    /// <summary>Whether pages go from the oldest to the newest. In either direction the messages of one page are in ascending order.</summary>
    public bool IsForward { get; init; } = true;

    /// <summary>How many messages a page has, 1 – <see cref="MaxLimit"/>.</summary>
    public int Limit
    {
        get;
        init => field = value is >= 1 and <= MaxLimit
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Limit), value, $"A page has 1 – {MaxLimit} messages.");
    } = DefaultLimit;

    /// <summary>Whether the messages themselves are wanted, or only their hashes and topics.</summary>
    public bool IncludesData { get; init; } = true;
}

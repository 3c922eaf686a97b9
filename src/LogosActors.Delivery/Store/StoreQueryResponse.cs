using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>A store's answer, as it is on the wire (13/WAKU2-STORE §Store Query Response). Immutable.</summary>
internal sealed record StoreQueryResponse
{
    /// <summary>That of the question.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>What came of the question: any number on the wire, usually one of <see cref="StoreStatus"/>.</summary>
    public StoreStatus Status { get; init; }

    /// <summary>The same in words; at most <see cref="StoreLimits.DescriptionLength"/> bytes.</summary>
    public string Description { get; init; } = "";

    /// <summary>The messages, by ascending time and hash; at most <see cref="StoreLimits.DecodedMessages"/>.</summary>
    public IReadOnlyList<StoreEntry> Messages { get; init; } = [];

    /// <summary>What the next page's question names; null when there is no further page.</summary>
    public MessageHash? Cursor { get; init; }
}

/// <summary>What a store has under one key (13/WAKU2-STORE §Waku Message Key-Value Pairs).</summary>
/// <param name="Hash">The message's hash.</param>
/// <param name="Message">The message; null when only hashes were asked for, or the one that came is malformed.</param>
/// <param name="PubsubTopic">The topic that it travelled on; null when <paramref name="Message"/> is.</param>
public sealed record StoreEntry(MessageHash Hash, WakuMessage? Message = null, string? PubsubTopic = null);

/// <summary>What came of a question, by the numbers of the Nim reference (waku_store/common.nim); others are errors too (13/WAKU2-STORE).</summary>
public enum StoreStatus
{
    /// <summary>The store does not say.</summary>
    Unknown = 0,

    /// <summary>There is an answer.</summary>
    Success = 200,

    /// <summary>The store's archive failed, or does not know the cursor.</summary>
    BadResponse = 300,

    /// <summary>The question is malformed, or contradicts itself.</summary>
    BadRequest = 400,

    /// <summary>The peer asks more than the store lets it; later is better.</summary>
    TooManyRequests = 429,

    /// <summary>The store is too busy, or fails otherwise.</summary>
    ServiceUnavailable = 503,
}

/// <summary>The bounds of questions and answers. None is of the specification unless it says so.</summary>
internal static class StoreLimits
{
    /// <summary>The longest request id of an answer, in bytes: an UUID's text has 36.</summary>
    public const int RequestIdLength = 128;

    /// <summary>The longest pubsub topic of an answer, in bytes.</summary>
    public const int PubsubTopicLength = 1024;

    /// <summary>The longest status description, in bytes.</summary>
    public const int DescriptionLength = 1024;

    /// <summary>The most content topics, and the most hashes, that are decoded; a service may answer fewer, with a status.</summary>
    public const int DecodedCriteria = 1000;

    /// <summary>The most messages that are decoded of a page: ten times what the reference sends at most.</summary>
    public const int DecodedMessages = 1000;

    /// <summary>The longest question, in bytes: <see cref="DecodedCriteria"/> of long content topics.</summary>
    public const int RequestLength = 256 * 1024;

    /// <summary>The longest answer that is read, in bytes: a full page (100) of the largest messages (150 KiB), each with 2 KiB for its hash,
    /// its topic and the lengths.</summary>
    public const int ResponseLength = Archive.ArchiveQuery.MaxLimit * (WakuMessageLimits.MessageSize + 2048);
}

using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Asks a node for peers (34/WAKU2-PEER-EXCHANGE §PeerExchangeQuery). Immutable.</summary>
internal sealed record PeerExchangeQuery
{
    /// <summary>Why the bytes are no query; it has nothing else then.</summary>
    public DecodeError Error { get; init; }

    /// <summary>How many peers are wanted; any number on the wire.</summary>
    public ulong PeerCount { get; init; }
}

/// <summary>The answer to a <see cref="PeerExchangeQuery"/> (34/WAKU2-PEER-EXCHANGE §PeerExchangeResponse). Immutable.</summary>
internal sealed record PeerExchangeResponse
{
    /// <summary>The outcome; when the wire has none, <see cref="PeerExchangeStatus.Success"/> if there are records, else
    /// <see cref="PeerExchangeStatus.ServiceUnavailable"/>, as in the Nim reference.</summary>
    public PeerExchangeStatus Status { get; init; }

    /// <summary>The outcome in words; null: absent. At most <see cref="PeerExchangeLimits.DescriptionLength"/> bytes.</summary>
    public string? Description { get; init; }

    /// <summary>The peers' records as RLP (EIP-778), at most <see cref="PeerExchangeLimits.DecodedRecords"/>; neither decoded nor verified yet.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Records { get; init; } = [];
}

/// <summary>The outcome of a query, by the numbers of the Nim reference (waku_peer_exchange/rpc.nim); the specification has none.</summary>
internal enum PeerExchangeStatus
{
    /// <summary>The node does not say.</summary>
    Unknown = 0,

    /// <summary>The query was answered, maybe with no peers.</summary>
    Success = 200,

    /// <summary>The query is malformed.</summary>
    BadRequest = 400,

    /// <summary>The answer is malformed; clients use it, it is not on the wire.</summary>
    BadResponse = 401,

    /// <summary>The client asks too often; later is better.</summary>
    TooManyRequests = 429,

    /// <summary>The node has no peers to name.</summary>
    ServiceUnavailable = 503,

    /// <summary>The node could not be reached; clients use it, it is not on the wire.</summary>
    DialFailure = 599,
}

/// <summary>The bounds of peer exchange. None is of the specification unless it says so.</summary>
internal static class PeerExchangeLimits
{
    /// <summary>The most records in one answer (Nim reference, <c>MaxPeersCacheSize</c>).</summary>
    public const int RecordsPerAnswer = 60;

    /// <summary>The most records that are decoded of one answer.</summary>
    public const int DecodedRecords = 4 * RecordsPerAnswer;

    /// <summary>The longest record, in bytes (EIP-778 §Record Structure); a longer one is skipped.</summary>
    public const int RecordLength = 300;

    /// <summary>The longest status description, in bytes.</summary>
    public const int DescriptionLength = 1024;

    /// <summary>The longest query that is read, in bytes.</summary>
    public const int RequestLength = 1024;

    /// <summary>The longest answer that is read, in bytes: more than <see cref="DecodedRecords"/> of the longest records have.</summary>
    public const int ResponseLength = 128 * 1024;
}

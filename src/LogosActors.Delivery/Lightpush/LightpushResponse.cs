namespace LogosActors.Delivery.Lightpush;

/// <summary>A service's answer to a push, as it is on the wire (19/WAKU2-LIGHTPUSH). Immutable.</summary>
internal sealed record LightpushResponse
{
    /// <summary>That of the request; <c>N/A</c> if the request could not be decoded or came too often, as the Nim reference has it.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The outcome: any number on the wire, usually one of <see cref="LightpushStatus"/>.</summary>
    public LightpushStatus Status { get; init; }

    /// <summary>The outcome in words; null: absent, as on success. At most <see cref="LightpushLimits.DescriptionLength"/> bytes.</summary>
    public string? Description { get; init; }

    /// <summary>The number of peers that the message was sent to; null: absent.</summary>
    public uint? RelayPeerCount { get; init; }
}

/// <summary>The outcome of a push, by the numbers of the Nim reference (waku_lightpush/common.nim); the specification's table differs.</summary>
internal enum LightpushStatus
{
    /// <summary>The service does not say.</summary>
    Unknown = 0,

    /// <summary>The message was sent to at least one peer.</summary>
    Success = 200,

    /// <summary>The request is malformed.</summary>
    BadRequest = 400,

    /// <summary>The message is too large; the references send <see cref="InvalidMessage"/> instead.</summary>
    PayloadTooLarge = 413,

    /// <summary>The message fails the relay's validation.</summary>
    InvalidMessage = 420,

    /// <summary>The service does not relay this topic; another may.</summary>
    UnsupportedPubsubTopic = 421,

    /// <summary>The client pushes too much; later is better.</summary>
    TooManyRequests = 429,

    /// <summary>The service failed.</summary>
    InternalServerError = 500,

    /// <summary>The service does not relay now; in the specification's table: no peers to relay to.</summary>
    ServiceNotAvailable = 503,

    /// <summary>The service has no membership left to make a rate limit proof with (17/WAKU2-RLN-RELAY).</summary>
    OutOfRlnProof = 504,

    /// <summary>The service has no peer to send the message to.</summary>
    NoPeersToRelay = 505,
}

namespace LogosActors.Delivery.Filter;

/// <summary>A filter service's answer, as it is on the wire (12/WAKU2-FILTER §FilterSubscribeResponse). Immutable.</summary>
internal sealed record FilterSubscribeResponse
{
    /// <summary>That of the request; <c>N/A</c> with <see cref="FilterStatus.TooManyRequests"/>, as the Nim reference has it.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The outcome: any number on the wire, usually one of <see cref="FilterStatus"/>.</summary>
    public FilterStatus Status { get; init; }

    /// <summary>The outcome in words; null: absent. At most <see cref="FilterLimits.DescriptionLength"/> bytes.</summary>
    public string? Description { get; init; }
}

/// <summary>The outcome of a filter request, by the numbers of the Nim reference (waku_filter_v2/common.nim).</summary>
internal enum FilterStatus
{
    /// <summary>The service does not say.</summary>
    Unknown = 0,

    /// <summary>The request was carried out.</summary>
    Success = 200,

    /// <summary>The answer is malformed; clients use it, it is not on the wire.</summary>
    BadResponse = 300,

    /// <summary>The request lacks a field, or has too many content topics.</summary>
    BadRequest = 400,

    /// <summary>The service has no such subscription of the client.</summary>
    NotFound = 404,

    /// <summary>The client asks too often; later is better.</summary>
    TooManyRequests = 429,

    /// <summary>The service, or what one client may have of it, is full.</summary>
    ServiceUnavailable = 503,

    /// <summary>The service could not be reached; clients use it, it is not on the wire.</summary>
    DialFailure = 504,
}

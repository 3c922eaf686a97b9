namespace LogosActors.Delivery.Filter;

/// <summary>What a light client asks of a filter service, as it is on the wire (12/WAKU2-FILTER §Filter-Subscribe). Immutable.</summary>
internal sealed record FilterSubscribeRequest
{
    /// <summary>Identifies the request; the answer has it, too. At most <see cref="FilterLimits.RequestIdLength"/> bytes.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>What is asked. An absent type is <see cref="FilterRequestType.Ping"/>, the enumeration's zero.</summary>
    public FilterRequestType Type { get; init; }

    /// <summary>The pubsub topic of the criteria; null: absent. js-waku sends an empty one with its pings, which is absent, too.</summary>
    public string? PubsubTopic { get; init; }

    /// <summary>The content topics of the criteria; at most <see cref="FilterLimits.DecodedTopics"/> are decoded.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];
}

/// <summary>What a filter request asks (12/WAKU2-FILTER §FilterSubscribeRequest).</summary>
internal enum FilterRequestType
{
    /// <summary>Whether the service has a subscription of the client; keeps it alive.</summary>
    Ping = 0,

    /// <summary>Adds criteria.</summary>
    Subscribe = 1,

    /// <summary>Removes criteria.</summary>
    Unsubscribe = 2,

    /// <summary>Removes all criteria, whatever topics the request names.</summary>
    UnsubscribeAll = 3,
}

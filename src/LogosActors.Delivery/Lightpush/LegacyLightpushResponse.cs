namespace LogosActors.Delivery.Lightpush;

/// <summary>A service's answer to a push of version 2, as it is on the wire (19/WAKU2-LIGHTPUSH 2.0.0-beta1). Immutable.</summary>
internal sealed record LegacyLightpushResponse
{
    /// <summary>That of the request; <c>N/A</c> if the request could not be decoded or came too often.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Whether the message was sent.</summary>
    public bool IsSuccess { get; init; }

    /// <summary>The outcome in words; null: absent. At most <see cref="LightpushLimits.DescriptionLength"/> bytes.</summary>
    public string? Info { get; init; }
}

using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Lightpush;

/// <summary>A message that a light client wants published, as it is on the wire (19/WAKU2-LIGHTPUSH, version 3 or 2). Immutable.</summary>
internal sealed record LightpushRequest
{
    /// <summary>Why the bytes are no request; it has nothing else then.</summary>
    public DecodeError Error { get; init; }

    /// <summary>Identifies the request; the answer has it, too. At most <see cref="LightpushLimits.RequestIdLength"/> bytes.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The topic to publish on; null: that of the content topic's shard. Present but empty is an error that the service answers.</summary>
    public string? PubsubTopic { get; init; }

    /// <summary>The message, encoded (14/WAKU2-MESSAGE); not decoded yet, so that it is validated as a relayed one is.</summary>
    public ReadOnlyMemory<byte> Message { get; init; }
}

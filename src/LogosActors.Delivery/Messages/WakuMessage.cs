namespace LogosActors.Delivery.Messages;

/// <summary>A message as it travels the network (14/WAKU2-MESSAGE). Immutable; its bytes must not be changed.</summary>
public sealed record WakuMessage
{
    /// <summary>What the message is about; peers filter by it. 1 – <see cref="WakuMessageLimits.ContentTopicLength"/> bytes as UTF-8.</summary>
    public required string ContentTopic { get; init; }

    /// <summary>The application's data.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>How the payload is encrypted: 0 not at all or by the application, 1 as 26/WAKU-PAYLOAD says, 2 as WAKU2-NOISE says.</summary>
    /// <value>Default 0.</value>
    public uint Version { get; init; }

    /// <summary>When the sender says that it made the message, in nanoseconds since 1970 UTC; null when it does not say.</summary>
    public long? Timestamp { get; init; }

    /// <summary>A mark for the layer above, at most <see cref="WakuMessageLimits.MetaLength"/> bytes; empty: none.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>The proof that the sender keeps to its rate (17/WAKU2-RLN-RELAY), carried as it is; empty: none.</summary>
    public ReadOnlyMemory<byte> RateLimitProof { get; init; }

    /// <summary>Whether stores are asked not to keep the message.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Whether both messages have the same content, byte for byte.</summary>
    public bool Equals(WakuMessage? other) =>
        other is not null
        && string.Equals(ContentTopic, other.ContentTopic, StringComparison.Ordinal)
        && Version == other.Version
        && Timestamp == other.Timestamp
        && IsEphemeral == other.IsEphemeral
        && Payload.Span.SequenceEqual(other.Payload.Span)
        && Meta.Span.SequenceEqual(other.Meta.Span)
        && RateLimitProof.Span.SequenceEqual(other.RateLimitProof.Span);

    /// <summary>A hash code of what most often differs.</summary>
    public override int GetHashCode() => HashCode.Combine(ContentTopic, Timestamp, Payload.Length, Meta.Length);
}

/// <summary>The bounds of one message.</summary>
public static class WakuMessageLimits
{
    /// <summary>The longest content topic, in bytes. Our own bound; no specification has one.</summary>
    public const int ContentTopicLength = 1024;

    /// <summary>The longest meta attribute, in bytes (14/WAKU2-MESSAGE §Message Attributes).</summary>
    public const int MetaLength = 64;

    /// <summary>The longest proof, in bytes. Our own bound: a proof of 17/WAKU2-RLN-RELAY has less than 400.</summary>
    public const int RateLimitProofLength = 2048;

    /// <summary>The longest encoded message that the public networks relay, in bytes: 150 KiB (64/WAKU2-NETWORK §Message size).</summary>
    public const int MessageSize = 150 * 1024;
}

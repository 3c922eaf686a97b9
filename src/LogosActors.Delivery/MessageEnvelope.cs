namespace LogosActors.Delivery;

/// <summary>A message as the application sees it (MESSAGING-API §Messaging). Immutable; its bytes must not be changed.</summary>
/// <param name="ContentTopic">What it is about, <c>/application/version/name/encoding</c>.</param>
/// <param name="Payload">The data: 1 byte at least, and with topic and meta at most <see cref="NodeOptions.MaxMessageSize"/>.</param>
public sealed record MessageEnvelope(string ContentTopic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Whether stores are asked not to keep the message: who is not there misses it.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>A mark for a layer above, at most 64 bytes (14/WAKU2-MESSAGE); empty: none.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }
}

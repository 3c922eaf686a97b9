namespace LogosActors.Delivery.Filter;

/// <summary>One message for a subscriber, as it is on the wire (12/WAKU2-FILTER §MessagePush). Immutable.</summary>
/// <param name="Message">The message, encoded (14/WAKU2-MESSAGE); not decoded yet, so that it is validated as a relayed one is.</param>
/// <param name="PubsubTopic">The topic that the message travelled on; null: absent. Nim and js drop a push without it.</param>
internal readonly record struct FilterPush(ReadOnlyMemory<byte> Message, string? PubsubTopic);

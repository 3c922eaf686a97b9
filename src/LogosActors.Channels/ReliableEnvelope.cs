using LogosActors.Delivery;

namespace LogosActors.Channels;

/// <summary>A message for a channel, or, without one, for all that are there (RELIABLE-CHANNEL-API §send).</summary>
/// <param name="Message">What is sent. The channel's content topic goes before the message's own.</param>
/// <param name="ChannelId">The channel, which must be open; empty: the message is ephemeral and carries no guarantee.</param>
public sealed record ReliableEnvelope(MessageEnvelope Message, string ChannelId = "");

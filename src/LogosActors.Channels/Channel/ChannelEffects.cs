using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Channel;

/// <summary>Effect: an event for the application.</summary>
/// <param name="Number">Of an event that is kept until it is handled, each higher than the last; 0: it is not kept.</param>
/// <param name="Event">What.</param>
internal sealed record Told(long Number, ChannelEvent Event);

/// <summary>Effect: messages are looked for in stores.</summary>
internal sealed record Retrieve(IReadOnlyList<MessageHash> Hashes);

/// <summary>Effect: the channel goes on where it was, and may have missed what was sent since.</summary>
/// <param name="LastHeard">When something was stored last.</param>
internal sealed record Reopened(DateTimeOffset LastHeard);

namespace LogosActors.Channels;

/// <summary>Why a message was not taken to be sent. Nothing of it has left the node.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people: what is wrong and what to do instead.</param>
public sealed record ChannelSendError(ChannelSendErrorKind Kind, string Message)
{
    /// <summary>The message for people.</summary>
    public override string ToString() => Message;
}

/// <summary>The kinds of <see cref="ChannelSendError"/>.</summary>
public enum ChannelSendErrorKind
{
    /// <summary>The payload is empty.</summary>
    EmptyPayload,

    /// <summary>The payload is over 1 MiB.</summary>
    TooLarge,

    /// <summary>The channel is closed, or not open.</summary>
    NotOpen,

    /// <summary>As much as the channel holds is under way; wait for events of it.</summary>
    TooManyUnfinished,

    /// <summary>The journal does not take the message.</summary>
    NotStored,

    /// <summary>The message is ephemeral, and the limit of the epoch is near.</summary>
    RateLimited,

    /// <summary>The node does not take the message.</summary>
    NotSent,
}

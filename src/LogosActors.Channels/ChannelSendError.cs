namespace LogosActors.Channels;

/// <summary>Why a message was not taken to be sent: nothing of it has left the node, unless the kind says otherwise.</summary>
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

    /// <summary>The node does not take the message, or, where the end of a request is awaited, the network has not taken all of it.</summary>
    NotSent,

    /// <summary>The message has gone out, and nobody has confirmed all of it in time. Only where the end of a request is awaited; else a
    /// <see cref="ReliableMessageSendError"/> says so.</summary>
    NotConfirmed,

    /// <summary>The encryption has failed; likewise.</summary>
    NotEncrypted,
}

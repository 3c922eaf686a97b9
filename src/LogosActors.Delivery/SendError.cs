namespace LogosActors.Delivery;

/// <summary>Why a message was not taken to be sent: nothing of it has left the node, unless the kind says otherwise.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people: what is wrong and what to do instead.</param>
public sealed record SendError(SendErrorKind Kind, string Message)
{
    /// <summary>The message for people.</summary>
    public override string ToString() => Message;
}

/// <summary>The kinds of <see cref="SendError"/>.</summary>
public enum SendErrorKind
{
    /// <summary>The content topic is malformed, or of a generation that has no shard.</summary>
    InvalidContentTopic,

    /// <summary>The payload is empty.</summary>
    EmptyPayload,

    /// <summary>The encoded message is over <see cref="NodeOptions.MaxMessageSize"/>.</summary>
    TooLarge,

    /// <summary>The meta attribute is over 64 bytes.</summary>
    MetaTooLong,

    /// <summary>The node is not started, or has stopped because another process writes to its journal.</summary>
    NotStarted,

    /// <summary><see cref="SendingOptions.MaxUnfinished"/> requests are under way; wait for their events.</summary>
    TooManyUnfinished,

    /// <summary>The node keeps its requests in a journal, which does not take this one.</summary>
    NotStored,

    /// <summary>The message was taken, and could not be sent, after every retry. Only where the end of a request is awaited; else a
    /// <see cref="MessageError"/> says so.</summary>
    NotSent,
}

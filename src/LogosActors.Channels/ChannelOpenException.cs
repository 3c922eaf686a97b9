namespace LogosActors.Channels;

/// <summary>A channel could not be opened. Nothing of it is left open.</summary>
/// <param name="failure">For programs.</param>
/// <param name="message">For people: what is wrong and what to do instead.</param>
/// <param name="inner">What it comes from.</param>
#pragma warning disable CA1032 // it says why, always
public sealed class ChannelOpenException(ChannelOpenFailure failure, string message, Exception? inner = null) : Exception(message, inner)
#pragma warning restore CA1032
{
    /// <summary>For programs.</summary>
    public ChannelOpenFailure Failure { get; } = failure;
}

/// <summary>Why a channel could not be opened.</summary>
public enum ChannelOpenFailure
{
    /// <summary>The node is not started.</summary>
    NotStarted,

    /// <summary>The channel is open on this node already.</summary>
    AlreadyOpen,

    /// <summary>Its history cannot be kept where it was asked for.</summary>
    History,

    /// <summary>The node cannot subscribe to its content topic.</summary>
    Subscription,
}

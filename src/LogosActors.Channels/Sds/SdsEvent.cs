namespace LogosActors.Channels.Sds;

/// <summary>A change of what a participant knows that outlives a restart. Applied in order, they rebuild the state.</summary>
internal abstract record SdsEvent
{
    SdsEvent()
    {
    }

    /// <summary>The participant has joined the channel; always the first one.</summary>
    /// <param name="At">When, in Unix ms.</param>
    public sealed record Joined(long At) : SdsEvent;

    /// <summary>A message of ours is to be sent.</summary>
    /// <param name="Message">The message, without bloom filter and repair requests: each copy carries those of its own time.</param>
    /// <param name="At">When, in Unix ms.</param>
    public sealed record Sent(SdsMessage Message, long At) : SdsEvent;

    /// <summary>A message of ours was sent once more.</summary>
    public sealed record Retransmitted(string MessageId) : SdsEvent;

    /// <summary>Others have a message of ours.</summary>
    public sealed record Acknowledged(string MessageId) : SdsEvent;

    /// <summary>A message of ours was sent as often as it may be, and nobody has acknowledged it.</summary>
    public sealed record GaveUp(string MessageId) : SdsEvent;

    /// <summary>A message of somebody else has come for the first time.</summary>
    /// <param name="Message">The message, without bloom filter and repair requests.</param>
    /// <param name="RetrievalHint">How to find it in a store; empty: not known.</param>
    /// <param name="Dialect">What it was written in.</param>
    /// <param name="IsDelivered">Whether nothing that came before it was missing, so that it is delivered with this very event.</param>
    /// <param name="At">When, in Unix ms.</param>
    public sealed record Accepted(SdsMessage Message, ReadOnlyMemory<byte> RetrievalHint, SdsDialect Dialect, bool IsDelivered, long At) : SdsEvent;

    /// <summary>A message that had waited is delivered.</summary>
    public sealed record Delivered(string MessageId) : SdsEvent;

    /// <summary>A missing message holds up nothing any more.</summary>
    /// <param name="MessageId">Which.</param>
    /// <param name="IsFromBefore">Whether it is taken to be from before we joined.</param>
    public sealed record Lost(string MessageId, bool IsFromBefore) : SdsEvent;

    /// <summary>What a missing message carries was rebuilt from others.</summary>
    public sealed record Resolved(string MessageId) : SdsEvent;

    /// <summary>It is known how to find a message in a store.</summary>
    public sealed record HintSet(string MessageId, ReadOnlyMemory<byte> RetrievalHint) : SdsEvent;
}

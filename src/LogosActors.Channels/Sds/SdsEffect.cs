using System.Runtime.InteropServices;

namespace LogosActors.Channels.Sds;

/// <summary>What is to be done.</summary>
internal enum SdsEffectKind
{
    /// <summary>Store <see cref="SdsEffect.Event"/>, before any effect of the same input is run.</summary>
    Persist,

    /// <summary>Send <see cref="SdsEffect.Message"/> in <see cref="SdsEffect.Dialect"/>.</summary>
    Transmit,

    /// <summary>Somebody's <see cref="SdsEffect.Message"/> has come for the first time; it may have to wait before it is delivered.</summary>
    Accepted,

    /// <summary>Deliver <see cref="SdsEffect.Message"/>: once, and after all that came before it. An ephemeral one: at once.</summary>
    Deliver,

    /// <summary>Somebody has our message <see cref="SdsEffect.MessageId"/>. The last word on it.</summary>
    Acknowledged,

    /// <summary>Nobody has acknowledged our message <see cref="SdsEffect.MessageId"/>, however often it was sent. The last word on it.</summary>
    GaveUp,

    /// <summary>Look for <see cref="SdsEffect.MessageId"/> in a store, by <see cref="SdsEffect.RetrievalHint"/>; what is found is received as usual.</summary>
    Retrieve,

    /// <summary>Message <see cref="SdsEffect.MessageId"/> has not come in time, and is not waited for any more.</summary>
    Lost,
}

/// <summary>Why a message is sent.</summary>
internal enum TransmitKind
{
    /// <summary>It is new.</summary>
    New,

    /// <summary>It was not acknowledged.</summary>
    Retransmission,

    /// <summary>Somebody misses it.</summary>
    Repair,

    /// <summary>It says what we have, and asks for what we miss; it carries nothing.</summary>
    Sync,

    /// <summary>It is sent once, without any promise.</summary>
    Ephemeral,

    /// <summary>It is somebody else's, for those who do not read the dialect it was written in.</summary>
    Bridge,
}

/// <summary>Something to do, in the order given.</summary>
/// <param name="Kind">What; it says which of the others are set.</param>
/// <param name="Message">The message.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Event">What to store.</param>
/// <param name="RetrievalHint">How to find the message.</param>
/// <param name="Transmit">Why it is sent.</param>
/// <param name="Dialect">In what it is written.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SdsEffect(
    SdsEffectKind Kind,
    SdsMessage? Message = null,
    string? MessageId = null,
    SdsEvent? Event = null,
    ReadOnlyMemory<byte> RetrievalHint = default,
    TransmitKind Transmit = default,
    SdsDialect Dialect = default);

using System.Diagnostics;
using LogosActors.Delivery;
using LogosActors.Delivery.Events;

namespace LogosActors.Channels;

/// <summary>An event of a reliable channel.</summary>
/// <param name="ChannelId">The channel.</param>
public abstract record ChannelEvent(string ChannelId);

/// <summary>A whole message has come (<c>reliable:message:received</c>). Messages come once, each after those that its sender had seen.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The sender's request, when it says so; else the id of the message.</param>
/// <param name="SenderId">Who says to have sent it.</param>
/// <param name="ContentTopic">The content topic.</param>
/// <param name="Payload">The message.</param>
public sealed record ReliableMessageReceived(string ChannelId, RequestId RequestId, string SenderId, string ContentTopic, ReadOnlyMemory<byte> Payload)
    : ChannelEvent(ChannelId), ITracedEvent
{
    /// <summary>The span of the chunk that has completed it; null: it is not traced.</summary>
    internal Activity? Trace { get; init; }

    Activity? ITracedEvent.Trace => Trace;

    /// <summary>Whether it was sent without any guarantee.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>The message as UTF-8; what is no UTF-8 becomes U+FFFD.</summary>
    public string ReadText() => System.Text.Encoding.UTF8.GetString(Payload.Span);

    /// <summary>The value that the message is in JSON.</summary>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is read; null: <see cref="System.Text.Json.JsonSerializerOptions.Web"/>.</param>
    /// <returns>False: it is no JSON of that type, as anybody can send anything.</returns>
    public bool TryReadJson<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value, System.Text.Json.JsonSerializerOptions? options = null) =>
        JsonPayload.TryRead(Payload.Span, options, out value);
}

/// <summary>What became of a request to send.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The request.</param>
public abstract record ReliableSendEvent(string ChannelId, RequestId RequestId) : ChannelEvent(ChannelId);

/// <summary>All of a message has gone out to the network (<c>reliable:message:sent</c>). <see cref="ReliableMessageDelivered"/> or
/// <see cref="ReliableMessageSendError"/> follows, except for an ephemeral message, which this ends.</summary>
/// <inheritdoc cref="ReliableSendEvent"/>
public sealed record ReliableMessageSent(string ChannelId, RequestId RequestId) : ReliableSendEvent(ChannelId, RequestId);

/// <summary>Another participant has confirmed all of a message (<c>reliable:message:delivered</c>). It ends the request.</summary>
/// <inheritdoc cref="ReliableSendEvent"/>
public sealed record ReliableMessageDelivered(string ChannelId, RequestId RequestId) : ReliableSendEvent(ChannelId, RequestId);

/// <summary>A message has gone out, and after every retransmission nobody has confirmed all of it
/// (<c>reliable:message:delivery-error</c>). <see cref="ReliableMessageSendError"/> follows.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Error">What is missing, for people.</param>
public sealed record ReliableMessageDeliveryError(string ChannelId, RequestId RequestId, string Error) : ReliableSendEvent(ChannelId, RequestId);

/// <summary>A message could not be sent, or nobody has confirmed it (<c>reliable:message:send-error</c>). It ends the request.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Failure">Which.</param>
/// <param name="Error">What happened, for people.</param>
public sealed record ReliableMessageSendError(string ChannelId, RequestId RequestId, SendFailure Failure, string Error)
    : ReliableSendEvent(ChannelId, RequestId);

/// <summary>How far a request has come.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Chunks">How many chunks the message has.</param>
/// <param name="Sent">How many of them have gone out.</param>
/// <param name="Acknowledged">How many of them are confirmed.</param>
public sealed record ReliableMessageProgress(string ChannelId, RequestId RequestId, int Chunks, int Sent, int Acknowledged)
    : ReliableSendEvent(ChannelId, RequestId);

/// <summary>The rate limit comes near, or holds a message back: an application that can wait should.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="RequestId">The message that waits; null: none yet.</param>
/// <param name="Used">How many messages of the epoch are used up; 0 when one waits.</param>
/// <param name="ExpectedPublishTime">When it goes out, if nothing changes; when none waits, the end of the epoch.</param>
public sealed record ChannelBackPressure(string ChannelId, RequestId? RequestId, int Used, DateTimeOffset ExpectedPublishTime) : ChannelEvent(ChannelId);

/// <summary>Something has come that is of no use, or has not come. The channel goes on.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="Problem">Which kind.</param>
/// <param name="Detail">What happened, for people.</param>
public sealed record ChannelProblemFound(string ChannelId, ChannelProblem Problem, string Detail) : ChannelEvent(ChannelId);

/// <summary>Why a request has failed.</summary>
public enum SendFailure
{
    /// <summary>The network did not take all of it.</summary>
    NotDispatched,

    /// <summary>It has gone out, and nobody has confirmed all of it.</summary>
    NotAcknowledged,

    /// <summary>The encryption has failed.</summary>
    NotEncrypted,

    /// <summary>It was ephemeral, and the limit of the epoch was near.</summary>
    RateLimited,
}

/// <summary>What may be wrong with what comes.</summary>
public enum ChannelProblem
{
    /// <summary>It could not be decrypted: another channel's, another key, or changed on its way.</summary>
    NotDecrypted,

    /// <summary>It is no SDS message of this channel.</summary>
    NotUnderstood,

    /// <summary>A chunk does not belong where it says.</summary>
    ChunkRejected,

    /// <summary>A message did not come together in time, or there was no room for it.</summary>
    MessageDropped,

    /// <summary>A message that others came after could not be found anywhere.</summary>
    MessageLost,

    /// <summary>More came than there was room for; it is asked for again.</summary>
    Overflow,
}

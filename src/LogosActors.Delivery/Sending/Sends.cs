using System.Diagnostics;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>What may be said to the actor that sends, and what it says.</summary>
public static class Sends
{
    /// <summary>Send a message, until the request ends. A request that is known already is not sent twice.</summary>
    /// <param name="Request">Names it; no other request has the name.</param>
    /// <param name="Message">What <see cref="SendIntake.TryPrepare"/> has made of it.</param>
    /// <param name="IsJournalled">Whether it survives the process, where the node has a journal; a layer above that stores its messages itself
    /// says false.</param>
    /// <param name="Observer">Is sent <see cref="Propagated"/> once at most and <see cref="Ended"/> once, in place of the node's public events;
    /// null: the events are published.</param>
    internal sealed record Send(RequestId Request, OutgoingMessage Message, bool IsJournalled, IActorRef? Observer) : INoSerializationVerificationNeeded
    {
        /// <summary>Completes when the request is accepted or refused; null: nobody waits for it.</summary>
        public Completion<Result<RequestId, SendError>>? Answer { get; init; }

        /// <summary>Whether the request is counted among <see cref="SendIntake.Unfinished"/> already.</summary>
        public bool IsCounted { get; init; }

        /// <summary>The span of the request, which ends with it; null: it is not traced.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>Sent to the observer: the message has reached peers.</summary>
    public sealed record Propagated(RequestId Request, MessageHash Hash);

    /// <summary>Sent to the observer: the request has ended.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Hash">The message's hash.</param>
    /// <param name="Error">Why the message could not be sent, for people; null: it is sent.</param>
    public sealed record Ended(RequestId Request, MessageHash Hash, string? Error)
    {
        /// <summary>Set when the request was not accepted at all: it may be tried again.</summary>
        public SendErrorKind? Refusal { get; init; }
    }

    /// <summary>A content topic is no longer subscribed to: the next message on it subscribes again.</summary>
    internal sealed record Unsubscribed(string Topic);

    /// <summary>Nobody can be reached for a while: time-outs stand still until <see cref="Resume"/>.</summary>
    internal sealed record Pause
    {
        public static readonly Pause Instance = new();
    }

    /// <summary>Go on.</summary>
    internal sealed record Resume
    {
        public static readonly Resume Instance = new();
    }

    /// <summary>End what the journal does not keep for the next start, and refuse further requests; answered by <see cref="Closed"/>.</summary>
    internal sealed record Close
    {
        public static readonly Close Instance = new();
    }

    /// <summary>No request is under way any more.</summary>
    internal sealed record Closed
    {
        public static readonly Closed Instance = new();
    }

    /// <summary>Sent by an instance that stops to its parent, and by the parent to the next instance: the requests that it leaves.</summary>
    internal sealed record Left(IReadOnlyList<LeftRequest> Requests) : INoSerializationVerificationNeeded;

    /// <summary>A request that has not ended.</summary>
    /// <param name="Send">The request.</param>
    /// <param name="IsAccepted">Whether its caller has had an answer.</param>
    /// <param name="IsPropagated">Whether that has been said.</param>
    /// <param name="End">The end that was being stored; none: it goes on.</param>
    /// <param name="IsRefused">Whether its sender has been refused, so that it ends without a word.</param>
    internal sealed record LeftRequest(Send Send, bool IsAccepted, bool IsPropagated, SendEnd End, bool IsRefused = false);
}

/// <summary>A message that can be sent. Immutable.</summary>
/// <param name="Topic">Its content topic; null for a request of an earlier process, which subscribes to nothing.</param>
/// <param name="Shard">Where it travels.</param>
/// <param name="Hash">Its hash there.</param>
/// <param name="Message">The message.</param>
/// <param name="Accepted">When it was accepted, on the scheduler's monotonic clock: the time-out counts from it.</param>
internal sealed record OutgoingMessage(ContentTopic? Topic, PubsubTopic Shard, MessageHash Hash, WakuMessage Message, TimeSpan Accepted);

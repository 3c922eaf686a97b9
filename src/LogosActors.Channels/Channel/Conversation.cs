using System.Diagnostics;
using Akka.Actor;
using LogosActors.Channels.Sds;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Channel;

/// <summary>The messages of the actors of a channel, and their answers.</summary>
internal static class Conversation
{
    /// <summary>To the <see cref="SdsActor"/>: send a message; answered by <see cref="SendAnswer"/> when it is stored. A request that is known
    /// is not sent twice.</summary>
    public sealed record Send(RequestId Request, ReadOnlyMemory<byte> Payload, bool IsEphemeral) : INoSerializationVerificationNeeded
    {
        /// <summary>How often the actor has failed while it was handled.</summary>
        public int Failures { get; init; }

        /// <summary>The span of the request, which ends with it; null: it is not traced.</summary>
        public Activity? Trace { get; init; }

        /// <summary>Completes in place of an answer to the sender; null: the sender is answered.</summary>
        public TaskCompletionSource<Result<RequestId, ChannelSendError>>? Answer { get; init; }

        /// <summary>Answers.</summary>
        public void Reply(Result<RequestId, ChannelSendError> result, IActorRef sender)
        {
            if (Answer is { } answer)
                answer.TrySetResult(result);
            else
                sender.Tell(new SendAnswer(result));
        }
    }

    /// <summary>Whether the message is accepted.</summary>
    public sealed record SendAnswer(Result<RequestId, ChannelSendError> Result) : INoSerializationVerificationNeeded;

    /// <summary>To the <see cref="SdsActor"/>: how does the channel stand? Answered by <see cref="ChannelStatus"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>To the <see cref="SdsActor"/>: which requests have not ended? Answered by <see cref="Unfinished"/>.</summary>
    public sealed record GetUnfinished
    {
        public static readonly GetUnfinished Instance = new();
    }

    /// <summary>The requests that have not ended; ephemeral ones aside.</summary>
    public sealed record Unfinished(IReadOnlyList<RequestId> Requests) : INoSerializationVerificationNeeded;

    /// <summary>To the <see cref="SdsActor"/>: somebody's message has come.</summary>
    /// <param name="Message">The message.</param>
    /// <param name="Encoded">The same, as it came.</param>
    /// <param name="Dialect">What it is written in.</param>
    /// <param name="Hash">By which stores know what carried it.</param>
    /// <param name="Size">What it counts against the channel's <see cref="IncomingBudget"/>.</param>
    public sealed record Incoming(SdsMessage Message, ReadOnlyMemory<byte> Encoded, SdsDialect Dialect, MessageHash Hash, int Size) : INoSerializationVerificationNeeded
    {
        /// <summary>The span of its receipt; null: it is not traced.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>To the <see cref="SdsActor"/>: a message of ours is in the network.</summary>
    public sealed record Dispatched(string MessageId, MessageHash Hash) : INoSerializationVerificationNeeded;

    /// <summary>To the <see cref="SdsActor"/>: a message of ours does not get into the network.</summary>
    public sealed record NotDispatched(string MessageId, SendFailure Failure, string Error) : INoSerializationVerificationNeeded;

    /// <summary>To the <see cref="SdsActor"/>: the application has handled more, see <see cref="ChannelEvents.TakeHandled"/>.</summary>
    public sealed record HandledMore
    {
        public static readonly HandledMore Instance = new();
    }

    /// <summary>From an <see cref="SdsActor"/> that has stopped to its parent: requests whose senders have no answer, as nobody knows whether they
    /// are stored. The next incarnation does.</summary>
    public sealed record Unanswered(IReadOnlyList<(Send Send, IActorRef Sender)> Requests) : INoSerializationVerificationNeeded;

    /// <summary>From the <see cref="SdsActor"/> to its parent: its history is read.</summary>
    public sealed record Recovered
    {
        public static readonly Recovered Instance = new();
    }

    /// <summary>From the <see cref="SdsActor"/> to its parent: its history cannot be read.</summary>
    public sealed record NotRecovered(Exception Cause) : INoSerializationVerificationNeeded;

    /// <summary>To the <see cref="ChannelActor"/>, and from it to the <see cref="SdsActor"/>: store what is handled, and stop.</summary>
    public sealed record Close
    {
        public static readonly Close Instance = new();
    }

    /// <summary>To the <see cref="ChannelActor"/>: start the actor of an epoch in place of the last one's; it says <see cref="EpochBegan"/>.</summary>
    public sealed record OpenEpoch(long Epoch);

    /// <summary>To the <see cref="SdsActor"/>, from the actor of an epoch: it has started, or started again and lost what it held back.</summary>
    public sealed record EpochBegan(long Epoch, IActorRef Actor) : INoSerializationVerificationNeeded;

    /// <summary>To the actor of an epoch: its time is over; answered by <see cref="EpochEnded"/>.</summary>
    public sealed record CloseEpoch
    {
        public static readonly CloseEpoch Instance = new();
    }

    /// <summary>To the <see cref="SdsActor"/>, from the actor of an epoch, which stops.</summary>
    /// <param name="Epoch">The epoch.</param>
    /// <param name="Left">What it has held back, in its order.</param>
    public sealed record EpochEnded(long Epoch, IReadOnlyList<Transmission> Left) : INoSerializationVerificationNeeded;

    /// <summary>To the actor of an epoch: add what waits there, and answer who asks.</summary>
    public sealed record CompleteStatus(ChannelStatus Status) : INoSerializationVerificationNeeded;
}

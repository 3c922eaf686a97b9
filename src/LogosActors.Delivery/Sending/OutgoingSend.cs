using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>Where a request is on its way; only the <see cref="SendsActor"/> changes it.</summary>
internal enum SendStage
{
    /// <summary>It waits to be taken.</summary>
    New,

    /// <summary>It is being written to the journal.</summary>
    Storing,

    /// <summary>Its message is published for the first time.</summary>
    Publishing,

    /// <summary>A <see cref="SendActor"/> takes care of it.</summary>
    Kept,

    /// <summary>It has come to an end, which is being written to the journal.</summary>
    Ending,

    Ended,
}

/// <summary>A request to send, and how far it has come.</summary>
internal sealed class OutgoingSend(RequestId request, PubsubTopic shard, MessageHash hash, WakuMessage message, TimeSpan accepted)
{
    int _isAnswered;

    public RequestId Request { get; } = request;

    public PubsubTopic Shard { get; } = shard;

    public MessageHash Hash { get; } = hash;

    public WakuMessage Message { get; } = message;

    /// <summary>The content topic to subscribe to; null for a request that an earlier run of the node has taken.</summary>
    public ContentTopic? Topic { get; init; }

    /// <summary>When the request was taken, on the clock of <see cref="UnfinishedSends.Now"/>.</summary>
    public TimeSpan Accepted { get; } = accepted;

    /// <summary>Completes when the request is taken or refused; null when nobody waits for it.</summary>
    public TaskCompletionSource<Result<RequestId, SendError>>? Answer { get; init; }

    public SendStage Stage { get; set; }

    /// <summary>Since when it has been in its <see cref="Stage"/>.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>Whether <see cref="MessagePropagated"/> was told.</summary>
    public bool IsPropagated { get; set; }

    public SendEnd End { get; set; }

    /// <summary>Who takes care of it.</summary>
    public ActorRef? Actor { get; set; }

    /// <summary>Decides between the caller of <see cref="MessagingNode.SendAsync"/> and the stopping node which of them says what became of the request.</summary>
    /// <returns>True for the first who asks.</returns>
    public bool TryAnswer() => Interlocked.Exchange(ref _isAnswered, 1) == 0;

    /// <summary>What the application is told at the end.</summary>
    public SendEvent Result(SendEnd end, TimeSpan timeout) => end switch
    {
        SendEnd.Sent => new MessageSent(Request, Hash, IsStored: false),
        SendEnd.Stored => new MessageSent(Request, Hash, IsStored: true),
        SendEnd.NotStored => new MessageError(Request, Hash, $"Peers have taken the message, and the stores that were asked in {timeout.TotalSeconds:0} s do not have it."),
        SendEnd.Refused => new MessageError(Request, Hash, "The network does not take such a message."),
        _ => new MessageError(Request, Hash, $"No peer has taken the message in {timeout.TotalSeconds:0} s."),
    };
}

using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>What a service node is asked to do.</summary>
internal enum FilterQuestionKind
{
    /// <summary>Say whether it has subscriptions of this node.</summary>
    Ping,

    /// <summary>Push the messages of some content topics from now on.</summary>
    Subscribe,

    /// <summary>Push them no longer.</summary>
    Unsubscribe,
}

/// <summary>A question to a service node, which is answered by <see cref="FilterClient.Answered"/>. Compared by reference.</summary>
/// <param name="peer">Whom.</param>
/// <param name="kind">What.</param>
/// <param name="shard">The shard of the topics.</param>
/// <param name="topics">The content topics; none for a ping.</param>
internal sealed class FilterQuestion(PeerId peer, FilterQuestionKind kind, PubsubTopic shard, IReadOnlyList<string> topics)
{
    public PeerId Peer => peer;

    public FilterQuestionKind Kind => kind;

    public PubsubTopic Shard => shard;

    public IReadOnlyList<string> Topics => topics;
}

/// <summary>What a service node has said.</summary>
internal enum FilterAnswer
{
    /// <summary>It is done, or there are subscriptions.</summary>
    Done,

    /// <summary>It has no subscriptions of this node.</summary>
    NoSubscriptions,

    /// <summary>It is asked too much.</summary>
    Busy,

    /// <summary>It cannot serve, or did not answer.</summary>
    Failed,
}

/// <summary>What a <see cref="FilterClient"/> wants done.</summary>
internal abstract record FilterEffect
{
    /// <summary>Ask a service node.</summary>
    public sealed record Ask(FilterQuestion Question) : FilterEffect;

    /// <summary>A service node pushes the messages of these topics from now on, which none has done before.</summary>
    public sealed record Receiving(IReadOnlyList<string> Topics) : FilterEffect;

    /// <summary>Messages may have been missed: stores are to be asked.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Gap(string Reason) : FilterEffect;
}

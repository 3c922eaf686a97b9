using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>A light client that the service pushes messages to. Owned by <see cref="FilterSubscriptions"/>.</summary>
/// <param name="peer">The client.</param>
internal sealed class FilterSubscriber(PeerId peer)
{
    public PeerId Peer => peer;

    /// <summary>What it is subscribed to. A list takes the least memory; what is in it is found from the criterion's side.</summary>
    public List<FilterCriterion> Criteria { get; } = [];

    /// <summary>The length of its criteria's topics, in characters.</summary>
    public int CriteriaLength { get; set; }

    /// <summary>When it last sent a request that keeps its subscription alive.</summary>
    public TimeSpan LastSeen { get; set; }
}

/// <summary>A pubsub topic and a content topic, and who wants their messages. One object however many do.</summary>
/// <param name="pubsubTopic">The pubsub topic; all criteria of one share its string.</param>
/// <param name="contentTopic">The content topic.</param>
internal sealed class FilterCriterion(string pubsubTopic, string contentTopic)
{
    public string PubsubTopic => pubsubTopic;

    public string ContentTopic => contentTopic;

    /// <summary>The length of both topics, in characters.</summary>
    public int Length => pubsubTopic.Length + contentTopic.Length;

    /// <summary>The subscribers; replaced, never changed, so that what was pushed to whom is remembered by reference.</summary>
    public FilterSubscriber[] Subscribers { get; private set; } = [];

    public bool IsWantedBy(FilterSubscriber subscriber) => Array.IndexOf(Subscribers, subscriber) >= 0;

    public void Add(FilterSubscriber subscriber) => Subscribers = [.. Subscribers, subscriber];

    public void Remove(FilterSubscriber subscriber) =>
        Subscribers = Subscribers.Length == 1 ? [] : Array.FindAll(Subscribers, other => other != subscriber);
}

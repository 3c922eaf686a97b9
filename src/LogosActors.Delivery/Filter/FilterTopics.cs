using Akka.Actor;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Filter;

/// <summary>What may be said to the <see cref="FilterClientActor"/>, and what it says.</summary>
internal static class FilterTopics
{
    /// <summary>The messages of a content topic are wanted: they are sent to the receiver as <see cref="Relay.RelayTopics.Seen"/>.</summary>
    public sealed record Add(string Topic, PubsubTopic Shard, IActorRef Receiver) : INoSerializationVerificationNeeded;

    /// <summary>They are not wanted any more.</summary>
    public sealed record Remove(string Topic);

    /// <summary>A store had a message that no service node has pushed.</summary>
    /// <param name="Topic">Its content topic.</param>
    /// <param name="Hash">Its hash.</param>
    /// <param name="Age">How old it is.</param>
    public sealed record Missed(string Topic, MessageHash Hash, TimeSpan Age) : INoSerializationVerificationNeeded;

    /// <summary>The network is another one, or was away: nothing is known of the service nodes any more.</summary>
    public sealed record NetworkChanged
    {
        public static readonly NetworkChanged Instance = new();
    }

    /// <summary>Say how many service nodes push the messages of each shard; answered by <see cref="Proven"/>.</summary>
    public sealed record GetProven
    {
        public static readonly GetProven Instance = new();
    }

    /// <summary>How many service nodes are proven to push the messages of each shard with wanted topics: of its topic that has the fewest.</summary>
    public sealed record Proven(IReadOnlyDictionary<PubsubTopic, int> Shards) : INoSerializationVerificationNeeded;

    /// <summary>Sent to the receiver: a service node pushes the messages of these topics from now on, which none has done before.</summary>
    public sealed record Receiving(IReadOnlyList<string> Topics) : INoSerializationVerificationNeeded;

    /// <summary>Sent to the receiver: messages may have been missed.</summary>
    public sealed record Gap
    {
        public static readonly Gap Instance = new();
    }
}

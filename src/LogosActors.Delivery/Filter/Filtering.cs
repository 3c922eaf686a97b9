using Akka.Actor;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>Everything that may be said to the <see cref="FilterActor"/> and the <see cref="FilterPushActor"/>, and what they say.</summary>
internal static class Filtering
{
    /// <summary>A client's request; answered by a <see cref="FilterSubscribeResponse"/>.</summary>
    public sealed record Request(PeerId Peer, FilterSubscribeRequest Body) : INoSerializationVerificationNeeded;

    /// <summary>Push a message to the subscriber.</summary>
    /// <param name="Frame">The push behind its length; one array for all subscribers, so it must not change.</param>
    public sealed record Push(byte[] Frame) : INoSerializationVerificationNeeded;

    /// <summary>List the subscriptions; answered by <see cref="Listed"/>.</summary>
    public sealed record List
    {
        public static readonly List Instance = new();
    }

    /// <summary>The subscriptions at one moment.</summary>
    public sealed record Listed(IReadOnlyList<Subscription> Subscriptions);

    /// <summary>What a client is subscribed to.</summary>
    public sealed record Subscription(PeerId Peer, IReadOnlyList<(string PubsubTopic, string ContentTopic)> Criteria);

    /// <summary>End subscriptions that were idle for too long.</summary>
    public sealed record Expire
    {
        public static readonly Expire Instance = new();
    }
}

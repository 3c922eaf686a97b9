using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Lightpush;

/// <summary>What may be said to the <see cref="LightpushClientActor"/>.</summary>
internal static class LightpushClient
{
    /// <summary>Give a message to service nodes; answered by <see cref="Libp2p.Gossipsub.Gossip.PublishedTagged"/>, or by <see cref="Unknown"/>. A message
    /// that is being given to them is not given twice.</summary>
    /// <param name="Shard">Where it travels.</param>
    /// <param name="Hash">Its hash there.</param>
    /// <param name="Encoded">Its bytes, the same in each try.</param>
    /// <param name="Tag">Comes back with the answer.</param>
    public sealed record Push(PubsubTopic Shard, MessageHash Hash, ReadOnlyMemory<byte> Encoded, object Tag) : Akka.Actor.INoSerializationVerificationNeeded
    {
        /// <summary>Whether the answer is <see cref="Ended"/>: the push is somebody's who decides himself whether to repeat it.</summary>
        public bool WantsResult { get; init; }
    }

    /// <summary>What has come of a push, in the words of a service node.</summary>
    /// <param name="Tag">Of the push.</param>
    /// <param name="Result">The result.</param>
    public sealed record Ended(object Tag, LightpushResult Result) : Akka.Actor.INoSerializationVerificationNeeded;

    /// <summary>Nobody has said that the message was relayed, and somebody has not answered: it may be out.</summary>
    /// <param name="Tag">Of the push.</param>
    public sealed record Unknown(object Tag) : Akka.Actor.INoSerializationVerificationNeeded;
}

using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>What may be said to the <see cref="SendsActor"/>.</summary>
internal static class Sends
{
    /// <summary>Send a message that was checked; answered by a <see cref="Result{TValue, TError}"/> of <see cref="RequestId"/> and <see cref="SendError"/>.</summary>
    public sealed record Send(RequestId Request, PubsubTopic Shard, ContentTopic Topic, MessageEnvelope Envelope);
}

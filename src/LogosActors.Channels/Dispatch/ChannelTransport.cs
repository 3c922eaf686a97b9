using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Dispatch;

/// <summary>What a channel needs of a node.</summary>
/// <param name="SendAsync">Sends a message under the name of a request that the caller has made, and tells the actor
/// <see cref="Dispatching.Propagated"/> and, last, <see cref="Dispatching.Ended"/>, unless the result is an error.</param>
/// <param name="FindAsync">Finds messages in stores by their hashes; those that were not found are left out.</param>
internal sealed record ChannelTransport(
    Func<MessageEnvelope, RequestId, ActorRef, Task<Result<RequestId, SendError>>> SendAsync,
    Func<IReadOnlyList<MessageHash>, CancellationToken, Task<IReadOnlyList<StoredMessage>>> FindAsync);

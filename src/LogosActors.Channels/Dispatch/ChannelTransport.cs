using LogosActors.Actors;
using LogosActors.Delivery;

namespace LogosActors.Channels.Dispatch;

/// <summary>What a channel needs of a node.</summary>
/// <param name="SendAsync">Sends a message under the name of a request that the caller has made, and tells the actor
/// <see cref="Dispatching.Propagated"/> and, last, <see cref="Dispatching.Ended"/>, unless the result is an error.</param>
/// <param name="QueryAsync">Asks stores for messages of the past.</param>
internal sealed record ChannelTransport(
    Func<MessageEnvelope, RequestId, ActorRef, Task<Result<RequestId, SendError>>> SendAsync,
    Func<StoreQuery, Task<Result<StoreHistory, StoreQueryError>>> QueryAsync);

using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Dispatch;

/// <summary>What is said to and by a <see cref="DispatcherActor"/>, which is told <see cref="Transmission"/>s to send.</summary>
internal static class Dispatching
{
    /// <summary>Told by the node: a message has reached its neighbours.</summary>
    public sealed record Propagated(RequestId Request, MessageHash Hash);

    /// <summary>Told by the node: a request has ended.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Hash">The message's hash.</param>
    /// <param name="Error">Why it was not sent; null: it was.</param>
    public sealed record Ended(RequestId Request, MessageHash Hash, string? Error);

    /// <summary>Told to the SDS actor: a message is in the network.</summary>
    /// <param name="Transmission">The message.</param>
    /// <param name="Hash">By which stores know it.</param>
    public sealed record Dispatched(Transmission Transmission, MessageHash Hash);

    /// <summary>Told to the SDS actor: a message does not get into the network.</summary>
    /// <param name="Transmission">The message.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="Error">What happened, for people.</param>
    public sealed record NotDispatched(Transmission Transmission, SendFailure Failure, string Error);
}

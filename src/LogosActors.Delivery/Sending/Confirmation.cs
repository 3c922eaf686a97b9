using Akka.Actor;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Sending;

/// <summary>What may be said to the <see cref="ConfirmationActor"/>, and what it says.</summary>
internal static class Confirmation
{
    /// <summary>Ask a store for a message that has just left, when it has had time to get there; answered by <see cref="Answer"/>. Once is enough.</summary>
    /// <param name="Hash">The message.</param>
    /// <param name="Send">Comes back with the answer.</param>
    public sealed record Ask(MessageHash Hash, OutgoingSend Send) : INoSerializationVerificationNeeded;

    /// <summary>What the store knows.</summary>
    public sealed record Answer(OutgoingSend Send, Presence Presence) : INoSerializationVerificationNeeded;
}

using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Sending;

/// <summary>What may be said to the <see cref="ConfirmationActor"/>, and what it says.</summary>
internal static class Confirmation
{
    /// <summary>Ask a store for a message that has just left, when it has had time to get there; answered by <see cref="Answer"/>. Once is enough.</summary>
    public sealed record Ask(MessageHash Hash);

    /// <summary>What the store knows.</summary>
    public sealed record Answer
    {
        static readonly Answer[] All = [.. Enum.GetValues<Presence>().Select(presence => new Answer { Presence = presence })];

        Answer()
        {
        }

        public Presence Presence { get; private init; }

        public static Answer As(Presence presence) => All[(int)presence];
    }
}

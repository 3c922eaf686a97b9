namespace LogosActors.Delivery.Sending;

/// <summary>What may be said to the <see cref="SendsActor"/>, besides answers.</summary>
internal static class Sends
{
    /// <summary>Requests were added to <see cref="UnfinishedSends"/>.</summary>
    public sealed record Added
    {
        public static readonly Added Instance = new();
    }

    /// <summary>The message of a request has reached peers.</summary>
    public sealed record Propagated(OutgoingSend Send);

    /// <summary>A request has come to its end.</summary>
    public sealed record Ended(OutgoingSend Send, SendEnd End);
}

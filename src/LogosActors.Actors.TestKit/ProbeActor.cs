namespace LogosActors.Actors.TestKit;

/// <summary>Hands everything that it receives to a <see cref="TestProbe"/>.</summary>
/// <remarks>Parent: the root. It has no state to lose.</remarks>
internal sealed class ProbeActor(ProbeQueue received) : Actor
{
    protected override void Receive(object message)
    {
        if (message is Command command)
            command.Run(Context);
        else
            received.Add(new ReceivedMessage(message, Sender));
    }

    /// <summary>What a probe asks of its actor.</summary>
    internal sealed record Command(Action<ActorContext> Run);
}

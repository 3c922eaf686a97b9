namespace LogosActors.Actors.Embedded;

/// <summary>An address within this process: what it costs to be watched by it and to be its target.</summary>
internal abstract class LocalRef : ActorRef
{
    /// <summary>The system that this address belongs to; null when it belongs to none.</summary>
    public virtual EmbeddedActorSystem? System => null;

    /// <summary>Whether it stands for an actor that has stopped.</summary>
    public virtual bool HasStopped => false;

    /// <summary>Is told, once, that an actor which it watches has stopped.</summary>
    public abstract void Notify(Terminated terminated);
}

/// <summary>Counts and publishes what nobody could receive.</summary>
internal sealed class DeadLettersRef(EmbeddedActorSystem system) : LocalRef
{
    long _count;

    public long Count => Volatile.Read(ref _count);

    public override string Name => "deadLetters";

    public override string Path => "/deadLetters";

    public override EmbeddedActorSystem System => system;

    public override void Tell(object message, ActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        Publish(message, sender, this, DeadLetterReason.NoRecipient);
    }

    public override void Notify(Terminated terminated)
    {
    }

    public void Publish(object message, ActorRef? sender, ActorRef recipient, DeadLetterReason reason)
    {
        Interlocked.Increment(ref _count);
        ActorDiagnostics.CountDeadLetter(system, reason);
        // A dead letter about a dead letter would never end.
        if (message is not DeadLetter)
            system.EventStream.Publish(new DeadLetter(message, sender ?? this, recipient, reason));
    }
}

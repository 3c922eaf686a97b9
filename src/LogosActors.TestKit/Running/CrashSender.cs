using Akka.Actor;
using Akka.Actor.Internal;

namespace LogosActors.TestKit.Running;

/// <summary>Makes an actor fail in its own turn, with nothing but what Akka handles anyway.</summary>
/// <remarks>An actor answers <see cref="Identify"/> by itself, in its turn and under supervision; the sender that gets the answer throws.</remarks>
internal sealed class CrashSender : MinimalActorRef
{
    readonly IInternalActorRef _victim;
    readonly Exception _exception;

    CrashSender(IActorRef victim, Exception exception) => (_victim, _exception) = ((IInternalActorRef)victim, exception);

    public override ActorPath Path => _victim.Path;

    public override IActorRefProvider Provider => _victim.Provider;

    /// <summary>The actor fails before it handles its next message.</summary>
    public static void Crash(IActorRef victim, Exception exception) => victim.Tell(new Identify(null), new CrashSender(victim, exception));

    /// <summary>What the actor gets in place of a message.</summary>
    public static Envelope Envelope(IActorRef victim, Exception exception) => new(new Identify(null), new CrashSender(victim, exception));

    // Dead letters answer as well.
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (_victim.Equals(InternalCurrentActorCellKeeper.Current?.Self))
            throw _exception;
    }
}

using Akka.Actor;
using Akka.Actor.Internal;

namespace LogosActors.Tests;

/// <summary>Makes an actor fail as a bug in it would: in its own turn, under its own supervision.</summary>
public static class ActorFailure
{
    /// <summary>Lets an actor throw; its class need not know of it.</summary>
    public static void Fail(IActorRef actor) =>
        // An actor answers Identify by itself; sending that answer throws.
        actor.Tell(new Identify(null), new Trap(actor));

    /// <summary>Lets an actor fail with an <see cref="ActorKilledException"/>.</summary>
    public static void Kill(IActorRef actor) => actor.Tell(Akka.Actor.Kill.Instance, ActorRefs.NoSender);

    /// <summary>Throws in the turn of the actor that sends to it, and only there: dead letters answer as well.</summary>
    sealed class Trap(IActorRef victim) : MinimalActorRef
    {
        public override ActorPath Path => victim.Path;

        public override IActorRefProvider Provider => ((IInternalActorRef)victim).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (victim.Equals(InternalCurrentActorCellKeeper.Current?.Self))
                throw new InvalidOperationException($"{victim.Path} was made to fail.");
        }
    }
}

using Akka.Actor;
using Akka.Actor.Internal;
using Xunit;

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

    /// <summary>Lets each actor fail once, between two calls of an action; those too that the failures of others have made.</summary>
    /// <returns>The paths of those that have failed.</returns>
    public static async Task<IReadOnlyCollection<string>> FailAllAsync(
        ActorSystem system, Func<IActorRef, bool> mayFail, Action<IActorRef> fail, Func<Task> act)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        while (TreeOf(system).FirstOrDefault(actor => mayFail(actor) && !failed.Contains(actor.Path.ToStringWithoutAddress())) is { } next)
        {
            failed.Add(next.Path.ToStringWithoutAddress());
            await act();
            fail(next);
            await act();
            Assert.InRange(failed.Count, 1, 500);
        }
        return failed;
    }

    /// <summary>All actors below <c>/user</c>.</summary>
    public static IEnumerable<IActorRef> TreeOf(ActorSystem system) => TreeOf(((ExtendedActorSystem)system).Guardian);

    /// <summary>Whether an actor is directly below <c>/user</c>: if it is killed, it is stopped for ever, by a guardian that is not ours.</summary>
    public static bool IsRoot(IActorRef actor) => actor.Path.Elements.Count == 2;

    static IEnumerable<IActorRef> TreeOf(IActorRef parent) => ((ActorRefWithCell)parent).Children.SelectMany(child => TreeOf(child).Prepend(child));

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

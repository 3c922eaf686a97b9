using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;

namespace LogosActors.Actors;

/// <summary>Returns the dead letters of a child to the parent that creates it again.</summary>
/// <remarks>An extension of the actor system with one actor, so that a dead letter costs the same however many parents wait for theirs.</remarks>
internal sealed class StoppedActorMail : IExtension
{
    readonly ConcurrentDictionary<ActorPath, IActorRef> _parents = new();

    StoppedActorMail(ExtendedActorSystem system)
    {
        var listener = system.SystemActorOf(Props.Create(() => new Listener(_parents)), "stopped-actor-mail");
        system.EventStream.Subscribe(listener, typeof(DeadLetter));
    }

    public static StoppedActorMail Of(ActorSystem system) => system.WithExtension<StoppedActorMail, Provider>();

    /// <summary>The dead letters of that path are a parent's from now on.</summary>
    public void Claim(ActorPath child, IActorRef parent) => _parents[child] = parent;

    /// <summary>They are nobody's.</summary>
    public void Release(ActorPath child, IActorRef parent) => _parents.TryRemove(KeyValuePair.Create(child, parent));

    /// <summary>A message that its recipient did not get.</summary>
    internal sealed record Returned(object Message, IActorRef Sender, IActorRef Recipient) : INoSerializationVerificationNeeded;

    sealed class Listener(ConcurrentDictionary<ActorPath, IActorRef> parents) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is DeadLetter letter && parents.TryGetValue(letter.Recipient.Path, out var parent))
                parent.Tell(new Returned(letter.Message, letter.Sender, letter.Recipient), ActorRefs.NoSender);
        }
    }

    public sealed class Provider : ExtensionIdProvider<StoppedActorMail>
    {
        public override StoppedActorMail CreateExtension(ExtendedActorSystem system) => new(system);
    }
}

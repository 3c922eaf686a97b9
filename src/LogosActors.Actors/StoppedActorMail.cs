using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;

namespace LogosActors.Actors;

/// <summary>Returns the dead letters of a child to the parent that creates it again.</summary>
/// <remarks>
/// An extension of the actor system with one subscriber, so that a dead letter costs the same however many parents wait for theirs.
/// The subscriber runs where the letter is published: what was in the mailbox reaches the parent before <see cref="Terminated"/> does.
/// </remarks>
internal sealed class StoppedActorMail : IExtension
{
    readonly ConcurrentDictionary<ActorPath, IActorRef> _parents = new();
    readonly IActorRef _claims;

    StoppedActorMail(ExtendedActorSystem system)
    {
        _claims = system.SystemActorOf(Props.Create(() => new Claims(_parents)), "stopped-actor-mail");
        system.EventStream.Subscribe(new Subscriber(_parents, _claims.Path / "letters", system.Provider), typeof(DeadLetter));
    }

    public static StoppedActorMail Of(ActorSystem system) => system.WithExtension<StoppedActorMail, Provider>();

    /// <summary>Gives the dead letters of that path to a parent, over its restarts, until it stops.</summary>
    public void Claim(ActorPath child, IActorRef parent)
    {
        _parents[child] = parent;
        _claims.Tell(new Claimed(child, parent));
    }

    /// <summary>Gives them to nobody.</summary>
    public void Release(ActorPath child, IActorRef parent)
    {
        _parents.TryRemove(KeyValuePair.Create(child, parent));
        _claims.Tell(new Released(child, parent));
    }

    /// <summary>A message that its recipient did not get.</summary>
    /// <param name="Message">The message.</param>
    /// <param name="Sender">Its sender.</param>
    /// <param name="Recipient">The incarnation that it was sent to.</param>
    /// <param name="WasInMailbox">True if it waited in the mailbox when the recipient stopped; false if it was sent later.</param>
    internal sealed record Returned(object Message, IActorRef Sender, IActorRef Recipient, bool WasInMailbox) : INoSerializationVerificationNeeded;

    sealed record Claimed(ActorPath Child, IActorRef Parent) : INoSerializationVerificationNeeded;

    sealed record Released(ActorPath Child, IActorRef Parent) : INoSerializationVerificationNeeded;

    sealed class Subscriber(ConcurrentDictionary<ActorPath, IActorRef> parents, ActorPath path, IActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path => path;

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is not DeadLetter letter || !parents.TryGetValue(letter.Recipient.Path, out var parent))
                return;
            // A mailbox is emptied in its actor's last turn.
            var wasInMailbox = letter.Recipient.Equals(InternalCurrentActorCellKeeper.Current?.Self);
            parent.Tell(new Returned(letter.Message, letter.Sender, letter.Recipient, wasInMailbox), ActorRefs.NoSender);
        }
    }

    /// <summary>Forgets what was claimed by parents that have stopped.</summary>
    sealed class Claims(ConcurrentDictionary<ActorPath, IActorRef> parents) : UntypedActor
    {
        readonly Dictionary<IActorRef, HashSet<ActorPath>> _claims = [];

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Claimed(var child, var parent):
                    if (!_claims.TryGetValue(parent, out var claimed))
                    {
                        _claims.Add(parent, claimed = []);
                        Context.Watch(parent);
                    }
                    claimed.Add(child);
                    break;
                case Released(var child, var parent):
                    if (_claims.TryGetValue(parent, out var others) && others.Remove(child) && others.Count == 0)
                    {
                        _claims.Remove(parent);
                        Context.Unwatch(parent);
                    }
                    break;
                case Terminated terminated:
                    if (_claims.Remove(terminated.ActorRef, out var left))
                        foreach (var child in left)
                            parents.TryRemove(KeyValuePair.Create(child, terminated.ActorRef));
                    break;
            }
        }
    }

    public sealed class Provider : ExtensionIdProvider<StoppedActorMail>
    {
        public override StoppedActorMail CreateExtension(ExtendedActorSystem system) => new(system);
    }
}

using System.Diagnostics;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;

namespace LogosActors.Samples.Resilience;

/// <summary>Makes actors of a running system fail, as a bug in them would, and sees what supervision does about it.</summary>
internal sealed class Saboteur(ActorSystem system)
{
    /// <summary>How long an actor may take to be there again: far longer than the first waits of any backoff.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a path is one of its system.</summary>
    public bool Has(string path) => path.StartsWith($"akka://{system.Name}/", StringComparison.Ordinal);

    /// <summary>Our actors below <c>/user</c>, each with its class; not those of Akka's own libraries, nor the node's root, which only supervises
    /// and handles no message that could make it fail (docs/actor-hierarchy.md).</summary>
    public async Task<IReadOnlyList<Target>> FindAsync()
    {
        var inbox = Inbox.Create(system);
        foreach (var path in (string[])["/user/*", "/user/**"])
            system.ActorSelection(path).Tell(new Identify(path), inbox.Receiver);
        var found = new Dictionary<IActorRef, Target>();
        try
        {
            while (true)
            {
                if (await inbox.ReceiveAsync(Look) is ActorIdentity { Subject: ActorRefWithCell actor }
                    && actor.Underlying.Props.Type is { Namespace: { } name } kind && name.StartsWith("LogosActors", StringComparison.Ordinal)
                    && kind.Name != "NodeSupervisorActor")
                    found[actor] = new Target(actor, kind.Name.Split('`')[0]);
            }
        }
        catch (TimeoutException)
        {
            // Nobody else answers.
        }
        return [.. found.Values.OrderBy(target => target.Actor.Path.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Lets an actor fail.</summary>
    /// <returns>What its supervisor did, and how long it took until the actor answered again.</returns>
    public async Task<(Outcome Outcome, TimeSpan Time)> FailAsync(string path)
    {
        if (await WhoIsAsync(ActorPath.Parse(path)) is not { } actor)
            return (Outcome.Gone, TimeSpan.Zero);
        var start = Stopwatch.GetTimestamp();
        var cause = new SabotageException($"{actor.Path} was made to fail at {start}.");
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = system.ActorOf(Props.Create(() => new Watcher(cause.Message, seen)));
        system.EventStream.Subscribe(watcher, typeof(Error));
        system.EventStream.Subscribe(watcher, typeof(Warning));
        try
        {
            // An actor answers Identify by itself, in its turn and under supervision; to send that answer throws.
            actor.Tell(new Identify(null), new Trap(actor, cause));
            var isResumed = await seen.Task.WaitAsync(Patience);
            while (Stopwatch.GetElapsedTime(start) < Patience)
            {
                if (await WhoIsAsync(actor.Path) is { } now)
                    return (!now.Equals(actor) ? Outcome.Replaced : isResumed ? Outcome.Resumed : Outcome.Restarted, Stopwatch.GetElapsedTime(start));
            }
            return (Outcome.Stopped, Stopwatch.GetElapsedTime(start));
        }
        catch (TimeoutException)
        {
            return (Outcome.Gone, Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            system.Stop(watcher);
        }
    }

    async Task<IActorRef?> WhoIsAsync(ActorPath path)
    {
        try
        {
            return (await system.ActorSelection(path.ToStringWithoutAddress()).Ask<ActorIdentity>(new Identify(path), Look)).Subject;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Throws in the turn of the actor that sends to it.</summary>
    sealed class Trap(IActorRef victim, Exception cause) : MinimalActorRef
    {
        public override ActorPath Path => victim.Path;

        public override IActorRefProvider Provider => ((IInternalActorRef)victim).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            // Dead letters answer as well.
            if (victim.Equals(InternalCurrentActorCellKeeper.Current?.Self))
                throw cause;
        }
    }

    /// <summary>Reads what supervisors log: a restart is an error, a resumption a warning.</summary>
    sealed class Watcher(string cause, TaskCompletionSource<bool> seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is LogEvent logged && logged.Message.ToString()!.Contains(cause, StringComparison.Ordinal))
                seen.TrySetResult(message is Warning);
        }
    }
}

/// <summary>An actor, and its class.</summary>
internal sealed record Target(IActorRef Actor, string Kind);

/// <summary>What came of a failure.</summary>
internal enum Outcome
{
    /// <summary>The same instance goes on, without the message that failed.</summary>
    Resumed,

    /// <summary>A new instance has the mailbox of the old one.</summary>
    Restarted,

    /// <summary>Its parent, which failed with it or watched it, has created it again.</summary>
    Replaced,

    /// <summary>It stays away: what it was for, such as a connection, has ended with it.</summary>
    Stopped,

    /// <summary>It had ended by itself before.</summary>
    Gone,
}

/// <summary>A fault that somebody wanted.</summary>
internal sealed class SabotageException(string message) : Exception(message);

using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;

namespace LogosActors.Samples.Resilience;

/// <summary>Makes actors of a running system fail, as a bug in them would, and sees what supervision does about it.</summary>
internal sealed class Saboteur(ActorSystem system)
{
    /// <summary>How long an actor may take to be there again: the longest backoff is 10 s.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>The actors below <c>/user</c>, each with its class.</summary>
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
                if (await inbox.ReceiveAsync(Look) is ActorIdentity { Subject: ActorRefWithCell actor })
                    found[actor] = new Target(actor, actor.Underlying.Props.Type.Name);
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
    public async Task<(Outcome Outcome, TimeSpan Time)> FailAsync(IActorRef actor)
    {
        var start = Stopwatch.GetTimestamp();
        var cause = new SabotageException($"{actor.Path.Name} was made to fail.");
        using var seen = new SemaphoreSlim(0);
        var watcher = system.ActorOf(Props.Create(() => new Watcher(cause, seen)));
        system.EventStream.Subscribe(watcher, typeof(Error));
        try
        {
            // What an actor gets when a task of its own has failed: unhandled, it throws.
            actor.Tell(new PipeFailure(cause));
            if (!await seen.WaitAsync(Patience))
                return (Outcome.Handled, Stopwatch.GetElapsedTime(start));
            while (Stopwatch.GetElapsedTime(start) < Patience)
            {
                if (await WhoIsAsync(actor.Path) is { } now)
                    return (now.Equals(actor) ? Outcome.Restarted : Outcome.Replaced, Stopwatch.GetElapsedTime(start));
            }
            return (Outcome.Stopped, Stopwatch.GetElapsedTime(start));
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

    sealed class Watcher(Exception cause, SemaphoreSlim seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            // Supervisors log what they decide about.
            if (message is Error error && (ReferenceEquals(error.Cause, cause) || error.Cause?.InnerException == cause))
                seen.Release();
        }
    }
}

/// <summary>An actor, and its class.</summary>
internal sealed record Target(IActorRef Actor, string Kind);

/// <summary>What came of a failure.</summary>
internal enum Outcome
{
    /// <summary>A new instance has the mailbox of the old one.</summary>
    Restarted,

    /// <summary>Its parent, which failed with it or watched it, has created it again.</summary>
    Replaced,

    /// <summary>It stays away: what it was for, such as a connection, has ended with it.</summary>
    Stopped,

    /// <summary>The actor has an answer to it.</summary>
    Handled,
}

/// <summary>A fault that somebody wanted.</summary>
internal sealed class SabotageException(string message) : Exception(message);

using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>What an actor may ask of its host. Valid only inside the actor's own handlers and hooks.</summary>
/// <remarks>Each host derives its own; user code never does. Work that nobody awaits and that outlives its actor still runs, but
/// asking for timers, watches or children throws <see cref="InvalidOperationException"/> then.</remarks>
public abstract class ActorContext
{
    private protected ActorContext()
    {
    }

    /// <summary>The actor's own address. The same before and after a restart.</summary>
    public abstract ActorRef Self { get; }

    /// <summary>Who sent the current message; <see cref="ActorSystem.DeadLetters"/> when nobody expects an answer.</summary>
    /// <remarks>Right after an await, too: the mailbox is suspended until an asynchronous handler has ended.</remarks>
    public abstract ActorRef Sender { get; }

    /// <summary>The supervisor; for a top-level actor the root.</summary>
    public abstract ActorRef Parent { get; }

    /// <summary>The system that this actor lives in.</summary>
    public abstract ActorSystem System { get; }

    /// <summary>The living children, eldest first. A snapshot.</summary>
    public abstract IReadOnlyList<ActorRef> Children { get; }

    /// <summary>The child of that name, or null.</summary>
    public abstract ActorRef? Child(string name);

    /// <summary>Cancelled when the actor is asked to stop (or is restarted with its siblings) during an await.</summary>
    /// <remarks>The stop waits for the handler's end, so a handler that awaits long work passes this token on. Asked for after
    /// the stop was requested, it is cancelled from the beginning.</remarks>
    public abstract CancellationToken Stopping { get; }

    /// <summary>A logger whose scope carries the actor's path.</summary>
    public abstract ILogger Log { get; }

    /// <summary>Creates and supervises a child. It starts on its own; a failing constructor reaches the supervisor.</summary>
    /// <param name="props">How to make it, and remake it at a restart.</param>
    /// <param name="name">Unique among the siblings, 1 – 255 of the characters allowed by <see cref="ActorName"/>; generated when null.</param>
    /// <exception cref="InvalidActorNameException">The name is taken (also by a child that has not finished stopping) or malformed.</exception>
    /// <exception cref="InvalidOperationException">This actor is stopping, or about to be restarted.</exception>
    public abstract ActorRef Spawn(Props props, string? name = null);

    /// <summary>Stops an actor after its current message. What it has not handled yet becomes dead letters.</summary>
    public abstract void Stop(ActorRef actor);

    /// <summary>Asks for exactly one <see cref="Terminated"/> when the actor has stopped, after everything that it sent.</summary>
    /// <remarks>An actor that has stopped already is reported at once. Watching twice is watching once.</remarks>
    public abstract void Watch(ActorRef actor);

    /// <summary>Takes back <see cref="Watch"/>; a <see cref="Terminated"/> that waits in the mailbox is not delivered any more.</summary>
    public abstract void Unwatch(ActorRef actor);

    /// <summary>Delivers <see cref="ReceiveTimeout"/> when no message has arrived for that long; null switches it off.</summary>
    /// <param name="timeout">1 ms – 2³² − 2 ms, some 49 days (as .NET's timers).</param>
    public abstract void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Tells this actor a message once, after a delay. Replaces the timer of the same key.</summary>
    /// <param name="key">Names the timer.</param>
    /// <param name="message">The message.</param>
    /// <param name="delay">0 – 2³² − 2 ms, some 49 days (as .NET's timers).</param>
    public abstract void StartSingleTimer(object key, object message, TimeSpan delay);

    /// <summary>Tells this actor a message again and again. Replaces the timer of the same key.</summary>
    /// <param name="key">Names the timer.</param>
    /// <param name="message">The message; told anew each time.</param>
    /// <param name="interval">The time between two messages, and before the first unless <paramref name="initialDelay"/> says otherwise. 1 ms – 2³² − 2 ms.</param>
    /// <param name="initialDelay">The time before the first message, 0 – 2³² − 2 ms.</param>
    public abstract void StartPeriodicTimer(object key, object message, TimeSpan interval, TimeSpan? initialDelay = null);

    /// <summary>Cancels a timer. A message of it that waits in the mailbox is not delivered any more.</summary>
    public abstract void CancelTimer(object key);

    /// <summary>Whether a timer of that key is running.</summary>
    public abstract bool IsTimerActive(object key);

    /// <summary>Puts the current message aside until <see cref="UnstashAll"/> or a restart.</summary>
    /// <exception cref="StashOverflowException">More than <see cref="Props.StashCapacity"/> messages are stashed.</exception>
    public abstract void Stash();

    /// <summary>Puts all stashed messages back, in their order, in front of the mailbox.</summary>
    public abstract void UnstashAll();

    /// <summary>Replaces the behaviour until <see cref="Unbecome"/> or a restart.</summary>
    public abstract void Become(Action<object> receive);

    /// <summary>Replaces the behaviour by an asynchronous one until <see cref="Unbecome"/> or a restart.</summary>
    public abstract void BecomeAsync(Func<object, ValueTask> receive);

    /// <summary>Returns to the actor's own behaviour.</summary>
    public abstract void Unbecome();

    /// <summary>Sends the result of a task as a message; a failure arrives as <see cref="PipeFailure"/>.</summary>
    /// <remarks>A recipient that does not handle <see cref="PipeFailure"/> fails with its cause: it cannot be overlooked. A result
    /// that a full mailbox refuses becomes a <see cref="DeadLetter"/>.</remarks>
    /// <param name="task">The work. It runs outside the actor and must not touch its state.</param>
    /// <param name="recipient">Who gets the result; null for this actor itself.</param>
    /// <param name="map">Turns the result into a message; the result itself when null.</param>
    public abstract void PipeTo<T>(Task<T> task, ActorRef? recipient = null, Func<T, object>? map = null);

    /// <summary>A random source of this actor's; seeded, and so repeatable, on the deterministic host.</summary>
    public abstract Random Random { get; }

    /// <summary>Makes somebody else the <see cref="Sender"/>, until the next message.</summary>
    internal abstract void ActFor(ActorRef sender);

    /// <summary>Tells this actor something of the host's own: it waits among the messages, and is no dead letter when it comes too late.</summary>
    internal abstract void Signal(object signal);

    /// <summary>Has something done when the actor has stopped, however it did, and before its name is free.</summary>
    internal abstract void AtEnd(Action action);
}

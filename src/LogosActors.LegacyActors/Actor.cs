using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>A unit of state and failure: it handles one message at a time and is restarted by its supervisor when it throws.</summary>
/// <remarks>
/// Override <see cref="Receive"/>, or <see cref="ReceiveAsync"/> where a handler must await: the mailbox then stays
/// suspended until the returned task has ended. Fields need no locks. Hooks are synchronous; work that takes time is a
/// message to oneself.
/// </remarks>
public abstract class Actor
{
    /// <summary>Attaches the actor to the context that is being built on this thread.</summary>
    /// <exception cref="InvalidOperationException">The actor was made with <c>new</c> outside <see cref="Props"/>.</exception>
    protected Actor() =>
        Context = ActorConstruction.Current
            ?? throw new InvalidOperationException(
                $"{GetType().Name} is an actor: it is made by Spawn(Props.Create(() => new {GetType().Name}(…))), not by new alone.");

    /// <summary>What this actor may ask of its host.</summary>
    protected internal ActorContext Context { get; }

    /// <summary>The actor's own address.</summary>
    protected ActorRef Self => Context.Self;

    /// <summary>Who sent the current message.</summary>
    protected ActorRef Sender => Context.Sender;

    /// <summary>The system's clock; virtual on the deterministic host.</summary>
    protected TimeProvider Time => Context.System.Time;

    /// <summary>A logger whose scope carries the actor's path.</summary>
    protected ILogger Log => Context.Log;

    /// <summary>How failures of the children are answered. Read at each failure.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy => SupervisorStrategy.Default;

    /// <summary>Handles one message: a <c>switch</c> whose default is <see cref="Unhandled"/>.</summary>
    protected virtual void Receive(object message) => Unhandled(message);

    /// <summary>Handles one message, asynchronously. Calls <see cref="Receive"/> unless overridden.</summary>
    protected virtual ValueTask ReceiveAsync(object message)
    {
        Receive(message);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs before the first message, and by default after each restart.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Runs after the last message, when the children have stopped.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Runs on the failed instance before it is dropped. By default calls <see cref="PostStop"/>.</summary>
    /// <remarks>What it throws is logged; the restart goes on.</remarks>
    /// <param name="reason">Why the actor is restarted.</param>
    /// <param name="message">The message that failed; null when a sibling or a child failed.</param>
    protected virtual void PreRestart(Exception reason, object? message) => PostStop();

    /// <summary>Runs on the new instance. By default calls <see cref="PreStart"/>.</summary>
    /// <remarks>What it throws is a failure of its own and counts against the supervisor's limit.</remarks>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Says that the actor has no use for a message.</summary>
    /// <remarks>It is published as <see cref="UnhandledMessage"/>. Two kinds cannot be overlooked and fail the actor:
    /// <see cref="Terminated"/> (<see cref="DeathPactException"/>) and <see cref="PipeFailure"/> (its cause).</remarks>
    protected void Unhandled(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                throw new DeathPactException(terminated.Actor);
            case PipeFailure failure:
                throw new UnhandledPipeFailureException(failure.Cause);
            case UnhandledMessage:
                // A subscriber that does not handle these would be told of its own for ever.
                break;
            default:
                Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
                break;
        }
    }

    /// <summary>Answers the sender of the current message.</summary>
    protected void Reply(object message) => Sender.Tell(message, Self);

    /// <summary>Passes the current message on, keeping its sender.</summary>
    protected void Forward(ActorRef recipient, object message)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        recipient.Tell(message, Sender);
    }

    // What hosts call; the hooks themselves stay protected, so that actors override them alike in every assembly.
    internal const string AsynchronousHandler = nameof(ReceiveAsync);

    internal SupervisorStrategy Strategy => SupervisorStrategy;

    // Inlined: a failure pays for each frame on its way to the supervisor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void HandleDirectly(object message) => Receive(message);

    internal void Start() => PreStart();

    internal void Stop() => PostStop();

    internal void EndForRestart(Exception reason, object? message) => PreRestart(reason, message);

    internal void StartAfterRestart(Exception reason) => PostRestart(reason);

    /// <summary>Runs once the hooks have run and before the first message; messages wait until it has ended.</summary>
    internal virtual ValueTask Starting(CancellationToken stopping) => ValueTask.CompletedTask;

    /// <summary>Handles one message, whatever the kind of actor.</summary>
    internal virtual ValueTask Handle(object message, Func<object, ValueTask>? behaviour) =>
        behaviour is null ? ReceiveAsync(message) : behaviour(message);

    /// <summary>Runs when an incarnation ends, before <see cref="PostStop"/> and before the name is free.</summary>
    internal virtual ValueTask Finishing() => ValueTask.CompletedTask;
}

/// <summary>Hands the context to the constructor that runs on this thread.</summary>
internal static class ActorConstruction
{
    [field: ThreadStatic]
    public static ActorContext? Current { get; set; }
}

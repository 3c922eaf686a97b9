using Akka.Actor;
using Akka.Event;

namespace LogosActors.Actors;

/// <summary>An <see cref="UntypedActor"/> that fails, and so is supervised, when a piped task fails and nothing handles it.</summary>
public abstract class SupervisedActor : UntypedActor
{
    ILoggingAdapter? _log;
    TimeProvider? _time;

    /// <summary>The actor's log; its path comes with each entry.</summary>
    protected ILoggingAdapter Log => _log ??= Context.GetLogger();

    /// <summary>Wall-clock readings. What waits uses timers, whose clock is <see cref="Now"/>.</summary>
    protected TimeProvider Time => _time ??= Context.System.TimeProvider();

    /// <summary>The monotonic time, from an arbitrary origin.</summary>
    protected static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Sends this actor the result of a task, or a <see cref="PipeFailure"/>. For use within a turn.</summary>
    /// <param name="task">The task.</param>
    /// <param name="map">What the result is sent as; null: the result itself.</param>
    /// <param name="sender">Who the message comes from; null: nobody.</param>
    protected void PipeToSelf<T>(Task<T> task, Func<T, object>? map = null, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, map);

    /// <summary>Sends this actor a message when a task has completed, or a <see cref="PipeFailure"/>. For use within a turn.</summary>
    protected void PipeToSelf(Task task, object completed, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, () => completed);

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        Piping.ThrowIfFailure(message);
        base.Unhandled(message);
    }
}

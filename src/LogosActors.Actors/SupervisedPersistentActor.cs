using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.Actors;

/// <summary>An <see cref="UntypedPersistentActor"/> that fails, and so is supervised, when a piped task fails and nothing handles it.</summary>
/// <remarks>An event that its journal rejects fails the actor as well: its state has run ahead of what is stored. It names its journal and its snapshot store: the defaults of a system belong to the application.</remarks>
public abstract class SupervisedPersistentActor : UntypedPersistentActor
{
    TimeProvider? _time;

    /// <param name="persistence">Where its events and snapshots are kept.</param>
    protected SupervisedPersistentActor(PersistencePlugins persistence)
    {
        ArgumentNullException.ThrowIfNull(persistence);
        (JournalPluginId, SnapshotPluginId) = (persistence.Journal, persistence.Snapshots);
    }

    /// <summary>Wall-clock readings. What waits uses timers, whose clock is <see cref="Now"/>.</summary>
    protected TimeProvider Time => _time ??= Context.System.TimeProvider();

    /// <summary>The monotonic time, from an arbitrary origin.</summary>
    protected static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <inheritdoc cref="SupervisedActor.PipeToSelf{T}(Task{T}, Func{T, object}?, IActorRef?)"/>
    protected void PipeToSelf<T>(Task<T> task, Func<T, object>? map = null, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, map);

    /// <inheritdoc cref="SupervisedActor.PipeToSelf(Task, object, IActorRef?)"/>
    protected void PipeToSelf(Task task, object completed, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, () => completed);

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        throw new InvalidOperationException($"The journal has rejected a {@event?.GetType().Name} of '{PersistenceId}': {cause?.Message}", cause);
    }

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        Piping.ThrowIfFailure(message);
        base.Unhandled(message);
    }
}

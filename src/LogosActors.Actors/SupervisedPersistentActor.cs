using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using LogosActors.Actors.Persistence;

namespace LogosActors.Actors;

/// <summary>An <see cref="UntypedPersistentActor"/> that fails, and so is supervised, when a piped task fails and nothing handles it.</summary>
/// <remarks>A journal that fails is reported to its <see cref="JournalStatus"/>, whose log is short, and stops the actor. An event that its journal rejects fails the actor as well: its state has run ahead of what is stored. It names its journal and its snapshot store: the defaults of a system belong to the application.</remarks>
public abstract class SupervisedPersistentActor : UntypedPersistentActor
{
    readonly PersistencePlugins _persistence;
    TimeProvider? _time;
    JournalStatus? _journal;

    /// <param name="persistence">Where its events and snapshots are kept.</param>
    protected SupervisedPersistentActor(PersistencePlugins persistence)
    {
        ArgumentNullException.ThrowIfNull(persistence);
        (_persistence, JournalPluginId, SnapshotPluginId) = (persistence, persistence.Journal, persistence.Snapshots);
    }

    /// <summary>Wall-clock readings. What waits uses timers, whose clock is <see cref="Now"/>.</summary>
    protected TimeProvider Time => _time ??= Context.System.TimeProvider();

    /// <summary>The monotonic time, from an arbitrary origin.</summary>
    protected static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Whether its journal works.</summary>
    protected JournalStatus JournalStatus => _journal ??= JournalStatus.Of(Context.System, _persistence);

    /// <inheritdoc cref="SupervisedActor.PipeToSelf{T}(Task{T}, Func{T, object}?, IActorRef?)"/>
    protected void PipeToSelf<T>(Task<T> task, Func<T, object>? map = null, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, map);

    /// <inheritdoc cref="SupervisedActor.PipeToSelf(Task, object, IActorRef?)"/>
    protected void PipeToSelf(Task task, object completed, IActorRef? sender = null) =>
        Piping.Pipe(task, Self, sender, () => completed);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is WriteMessageSuccess)
            JournalStatus.Works(Log);
        return base.AroundReceive(receive, message);
    }

    /// <inheritdoc/>
    /// <remarks>Akka's own would log each with its stack.</remarks>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Log.Debug(cause, "A {0} of {1} was not stored", @event?.GetType().Name, PersistenceId);
        JournalStatus.Failed(cause, Now, Log);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is not null || !JournalStatus.IsOutage(reason))
            base.OnRecoveryFailure(reason, message);
        JournalStatus.Failed(reason, Now, Log);
    }

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

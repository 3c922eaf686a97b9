using LogosActors.Actors.Persistence.Journals;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.Persistence;

/// <summary>An actor whose state is the sum of its stored events.</summary>
/// <remarks>
/// <para>At each start, and after each restart, the newest snapshot and then the events after it are handed to
/// <see cref="Recover"/>; messages wait until <see cref="RecoveryCompleted"/> has been recovered. A command decides which
/// events follow, calls <see cref="Persist{TEvent}(TEvent, Action{TEvent})"/>, and changes the state only in the handler, which runs when
/// the event is durable; messages wait meanwhile. Handlers run in the order of the calls.</para>
/// <para>A write that fails stops the actor: what it holds in memory may no longer be what is stored. A write that is
/// rejected (for instance, an event without a codec) left the history intact; <see cref="OnPersistRejected"/> is told and the actor goes on.
/// A handler that throws costs what it persisted itself and nothing that is stored: a restart recovers that, and after
/// <see cref="Directive.Resume"/> the handlers that are left run before the next message. A recovery that fails stops the actor. A parent that wants it back watches it.</para>
/// <para>One living writer per persistence id: a second one in the same system fails to start, one in another process
/// is stopped at its first write (<see cref="WriterFencedException"/>).</para>
/// </remarks>
public abstract class PersistentActor : Actor
{
    readonly PersistenceRuntime _runtime;
    readonly EventWriter _writer;
    Task _deletions = Task.CompletedTask;

    /// <summary>Attaches the actor to its journal.</summary>
    protected PersistentActor()
    {
        _runtime = Context.System.Persistence;
        _writer = new EventWriter(this, _runtime);
    }

    /// <summary>Names the history; stable, unique among all actors that share the journal, 1 – 255 characters.</summary>
    protected abstract string PersistenceId { get; }

    /// <summary>The sequence number of the last event that was recovered or whose handler has run or runs.</summary>
    protected internal long LastSequenceNr { get; internal set; }

    /// <summary>The sequence number up to which the state was loaded from, or saved to, a snapshot.</summary>
    protected long SnapshotSequenceNr { get; private set; }

    /// <summary>Whether the state is still being recovered.</summary>
    protected bool IsRecovering { get; private set; } = true;

    /// <summary>Applies a stored event, a <see cref="SnapshotOffer"/> or, last, <see cref="RecoveryCompleted"/> to the state.</summary>
    protected abstract void Recover(object message);

    /// <summary>Stores an event, then runs the handler with it.</summary>
    /// <param name="event">The event; immutable.</param>
    /// <param name="handler">Changes the state and answers; runs when the event is durable and before the next message.</param>
    protected void Persist<TEvent>(TEvent @event, Action<TEvent> handler)
        where TEvent : notnull =>
        Enqueue(new PendingWrite<TEvent>([@event], handler, waits: true) { Sender = Sender });

    /// <summary>Stores several events together or not at all, then runs the handler with each.</summary>
    protected void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
        where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(events);
        TEvent[] all = [.. events];
        if (all.Length > 0)
            Enqueue(new PendingWrite<TEvent>(all, handler, waits: true) { Sender = Sender });
    }

    /// <summary>Stores an event without holding up the messages that follow; the handler runs between two of them.</summary>
    protected void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler)
        where TEvent : notnull =>
        Enqueue(new PendingWrite<TEvent>([@event], handler, waits: false) { Sender = Sender });

    /// <summary>Runs a handler when everything that was persisted before has been handled; stores nothing.</summary>
    protected void Defer(Action handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Enqueue(new DeferredHandler(handler) { Sender = Sender });
    }

    /// <summary>Saves the state as of <see cref="LastSequenceNr"/>; <see cref="SnapshotSaved"/> or <see cref="SnapshotFailed"/> is told to this actor.</summary>
    /// <param name="state">The state; immutable, with a registered codec.</param>
    protected void SaveSnapshot(object state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Context.PipeTo(SaveAsync(state, LastSequenceNr));
    }

    /// <summary>Deletes events up to and including a sequence number; <see cref="EventsDeleted"/> or <see cref="EventsNotDeleted"/> is told to this actor.</summary>
    protected void DeleteEvents(long toSequenceNr)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(toSequenceNr, LastSequenceNr);
        var deletion = DeleteAsync(toSequenceNr);
        _deletions = Task.WhenAll(_deletions, deletion);
        Context.PipeTo(deletion);
    }

    /// <summary>Deletes snapshots up to and including a sequence number; <see cref="SnapshotsDeleted"/> or <see cref="SnapshotsNotDeleted"/> is told to this actor.</summary>
    protected void DeleteSnapshots(long toSequenceNr) => Context.PipeTo(DeleteSnapshotsAsync(toSequenceNr));

    /// <summary>A write has failed; the actor stops after this.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="event">The first event of the write.</param>
    /// <param name="sequenceNr">Its sequence number.</param>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.LogError(cause, "{PersistenceId}: event {SequenceNr} ({Event}) was not stored; the actor stops",
            PersistenceId, sequenceNr, @event.GetType().Name);

    /// <summary>A write was rejected; nothing was stored and the actor goes on.</summary>
    /// <inheritdoc cref="OnPersistFailure"/>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.LogError(cause, "{PersistenceId}: event {SequenceNr} ({Event}) was rejected", PersistenceId, sequenceNr, @event.GetType().Name);

    /// <summary>The recovery has failed; the actor stops after this.</summary>
    /// <param name="cause">Why.</param>
    protected virtual void OnRecoveryFailure(Exception cause) =>
        Log.LogError(cause, "{PersistenceId}: recovery failed after event {SequenceNr}; the actor stops", PersistenceId, LastSequenceNr);

    internal string Id => PersistenceId;

    internal void Reject(Exception cause, object @event) => OnPersistRejected(cause, @event, LastSequenceNr + 1);

    internal void FailToPersist(Exception cause, object @event, long sequenceNr)
    {
        try
        {
            OnPersistFailure(cause, @event, sequenceNr);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    internal sealed override async ValueTask Starting(CancellationToken stopping)
    {
        try
        {
            Claim();
            var recovery = new Recovery(_runtime, PersistenceId);
            var highest = await recovery.RunAsync(Replay, stopping);
            _writer.Start(LastSequenceNr = Math.Max(LastSequenceNr, highest));
            IsRecovering = false;
            Recover(RecoveryCompleted.Instance);
        }
#pragma warning disable CA1031 // whatever the journal or Recover throws, the state is not to be trusted
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            FailToRecover(e);
            return;
        }

        await _writer.FlushAsync();
    }

    internal sealed override ValueTask Handle(object message, Func<object, ValueTask>? behaviour)
    {
        if (message is EventWriter.BatchStored stored)
            return _writer.FlushAfterAsync(stored);
        if (_writer.HoldsUp)
            return HandleAfterFlushAsync(message, behaviour);
        var queued = _writer.Queued;
        ValueTask handling;
        try
        {
            handling = base.Handle(message, behaviour);
        }
        catch
        {
            _writer.Discard(queued);
            throw;
        }

        return handling.IsCompletedSuccessfully && _writer.IsIdle ? handling : FlushAfterAsync(handling, queued);
    }

    internal sealed override async ValueTask Finishing()
    {
        // Restart or stop: what is on its way to the journal must have arrived, or failed, before a successor reads the history.
        await _writer.CompleteAsync();
        await _deletions.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    void Claim()
    {
        var (runtime, id, self) = (_runtime, PersistenceId, Self);
        HistoryRules.CheckPersistenceId(id);
        // Not by this instance: at the end there may be none, when a restart has failed or has not come about yet.
        if (runtime.Claim(id, self))
            Context.AtEnd(() => runtime.Release(id, self));
    }

    void FailToRecover(Exception cause)
    {
        try
        {
            OnRecoveryFailure(cause);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    async ValueTask FlushAfterAsync(ValueTask handling, int queued)
    {
        try
        {
            await handling;
        }
        catch
        {
            _writer.Discard(queued);
            throw;
        }

        await _writer.FlushAsync();
    }

    async ValueTask HandleAfterFlushAsync(object message, Func<object, ValueTask>? behaviour)
    {
        var sender = Sender;
        await _writer.FlushAsync();
        Context.ActFor(sender);
        await Handle(message, behaviour);
    }

    void Replay(object message, long sequenceNr)
    {
        if (message is SnapshotOffer)
            SnapshotSequenceNr = sequenceNr;
        LastSequenceNr = sequenceNr;
        Recover(message);
    }

    void Enqueue(PendingWrite write)
    {
        if (IsRecovering)
            throw new InvalidOperationException($"{PersistenceId} is being recovered; only handlers of messages may persist.");
        _writer.Add(write);
    }

    async Task<object> SaveAsync(object state, long sequenceNr)
    {
        try
        {
            var store = _runtime.Options.Snapshots
                ?? throw new JournalRejectedException("There is no snapshot store; set PersistenceOptions.Snapshots.");
            await store.SaveAsync(
                PersistenceId,
                new StoredSnapshot(sequenceNr, Time.GetUtcNow(), _runtime.Options.Serialization.Serialize(state)),
                CancellationToken.None);
            return new SnapshotSaved(sequenceNr);
        }
        catch (JournalException e)
        {
            return new SnapshotFailed(sequenceNr, e);
        }
    }

    async Task<object> DeleteAsync(long toSequenceNr)
    {
        try
        {
            await _runtime.Journal.DeleteAsync(PersistenceId, toSequenceNr, CancellationToken.None);
            return new EventsDeleted(toSequenceNr);
        }
        catch (JournalException e)
        {
            return new EventsNotDeleted(toSequenceNr, e);
        }
    }

    async Task<object> DeleteSnapshotsAsync(long toSequenceNr)
    {
        try
        {
            if (_runtime.Options.Snapshots is { } store)
                await store.DeleteAsync(PersistenceId, toSequenceNr, CancellationToken.None);
            return new SnapshotsDeleted(toSequenceNr);
        }
        catch (JournalException e)
        {
            return new SnapshotsNotDeleted(toSequenceNr, e);
        }
    }
}

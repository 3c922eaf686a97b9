using System.Diagnostics;

namespace LogosActors.Actors.Persistence;

/// <summary>Writes what one persistent actor persists: one batch at a time, so that a rejected batch leaves no gap behind it.</summary>
/// <remarks>Used only within the actor's turn. What is persisted while a batch is on its way goes into the next one.</remarks>
internal sealed class EventWriter(PersistentActor actor, PersistenceRuntime runtime)
{
    readonly Guid _writerId = Guid.NewGuid();
    List<PendingWrite> _queue = [];
    List<PendingWrite> _batch = [];
    Task? _stored;
    bool _notifies;
    long _written;
    int _waiting;
    bool _failed;

    /// <summary>Whether nothing waits to be written or handled.</summary>
    public bool IsIdle => _queue.Count == 0 && _stored is null;

    /// <summary>Whether messages must wait. Between two of them only so when the actor was resumed after a handler had failed.</summary>
    public bool HoldsUp => _waiting > 0 && !_failed;

    /// <summary>How many writes wait for the next batch.</summary>
    public int Queued => _queue.Count;

    /// <summary>Goes on after the last stored event.</summary>
    public void Start(long sequenceNr) => _written = sequenceNr;

    public void Add(PendingWrite write)
    {
        if (_failed)
            throw new InvalidOperationException($"{actor.Id} has failed and is about to stop; it cannot persist.");
        _queue.Add(write);
        if (write.Waits)
            _waiting++;
    }

    /// <summary>Takes back what a handler persisted before it failed: all but the first writes of the queue.</summary>
    public void Discard(int from)
    {
        for (var i = from; i < _queue.Count; i++)
        {
            if (_queue[i].Waits)
                _waiting--;
        }

        _queue.RemoveRange(from, _queue.Count - from);
    }

    /// <summary>A batch that nobody waited for has been stored.</summary>
    public ValueTask FlushAfterAsync(BatchStored stored)
    {
        if (stored.Batch != _stored)
            return ValueTask.CompletedTask;
        _notifies = false;
        return FlushAsync();
    }

    /// <summary>Writes what is queued and runs the handlers, until nothing is left that messages must wait for.</summary>
    public async ValueTask FlushAsync()
    {
        while (!_failed)
        {
            if (_stored is null)
            {
                if (_queue.Count == 0)
                    return;
                (_queue, _batch) = (_batch, _queue);
                _stored = WriteAsync(_batch);
            }

            if (_waiting == 0 && !_stored.IsCompleted)
            {
                NotifyWhenStored(_stored);
                return;
            }

            await SettleAsync(_stored);
        }
    }

    /// <summary>Waits until nothing is on its way to the journal any more; how it ended does not matter.</summary>
    public async ValueTask CompleteAsync()
    {
        _failed = true;
        if (_stored is { } stored)
            await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    async ValueTask SettleAsync(Task stored)
    {
        try
        {
            await stored;
        }
#pragma warning disable CA1031 // whatever the journal throws, the write is in doubt and the actor must end
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return;
        }

        foreach (var write in _batch)
        {
            while (!write.IsDone)
                RunHandler(write, stored);
        }

        _batch.Clear();
        _stored = null;
        _notifies = false;
    }

    void RunHandler(PendingWrite write, Task stored)
    {
        var queued = _queue.Count;
        var step = write.Handled++;
        if (write.IsDone && write.Waits)
            _waiting--;
        actor.Context.ActFor(write.Sender);
        try
        {
            if (write.Rejection is { } rejection)
            {
                actor.Reject(rejection, write.EventAt(0));
                return;
            }

            if (write.Count > 0)
                actor.LastSequenceNr++;
            write.Handle(step);
        }
        catch
        {
            // The failure costs what this handler wanted to persist. A restart takes the other handlers along and
            // recovers their events; when the actor is resumed they run.
            Discard(queued);
            NotifyWhenStored(stored);
            throw;
        }
    }

    void Fail(Exception cause)
    {
        _failed = true;
        var sequenceNr = actor.LastSequenceNr + 1;
        foreach (var write in _batch)
        {
            if (write.Count == 0 || write.Rejection is not null)
                continue;
            if (sequenceNr > _written)
            {
                actor.FailToPersist(cause, write.EventAt(0), sequenceNr);
                return;
            }

            sequenceNr += write.Count;
        }

        throw new UnreachableException("A batch failed although all of it was stored.", cause);
    }

    async Task WriteAsync(List<PendingWrite> batch)
    {
        var events = new List<SerializedEvent>(batch.Count);
        foreach (var write in batch)
            Serialize(write, events);
        if (events.Count == 0)
            return;
        try
        {
            await WriteAsync(events);
        }
        catch (JournalRejectedException)
        {
            // Nothing was written, but only some of the writes may be to blame.
            foreach (var write in batch)
                await WriteAloneAsync(write);
        }
    }

    async Task WriteAloneAsync(PendingWrite write)
    {
        var events = new List<SerializedEvent>(write.Count);
        if (write.Rejection is null)
            Serialize(write, events);
        if (events.Count == 0)
            return;
        try
        {
            await WriteAsync(events);
        }
        catch (JournalRejectedException e)
        {
            write.Rejection = e;
        }
    }

    async ValueTask WriteAsync(List<SerializedEvent> events)
    {
        await runtime.Journal.WriteAsync(new JournalWrite(actor.Id, _writerId, _written + 1, events));
        _written += events.Count;
    }

    void Serialize(PendingWrite write, List<SerializedEvent> events)
    {
        var start = events.Count;
        try
        {
            for (var i = 0; i < write.Count; i++)
                events.Add(runtime.Options.Serialization.Serialize(write.EventAt(i)));
        }
        catch (JournalRejectedException e)
        {
            // Events that were persisted together share the fate of the one without a codec.
            events.RemoveRange(start, events.Count - start);
            write.Rejection = e;
        }
    }

    void NotifyWhenStored(Task stored)
    {
        if (_notifies)
            return;
        _notifies = true;
        _ = stored.ContinueWith(
            static (batch, context) => ((ActorContext)context!).Signal(new BatchStored(batch)),
            actor.Context, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Told to the actor when a batch has been stored that messages did not wait for.</summary>
    internal sealed record BatchStored(Task Batch);
}

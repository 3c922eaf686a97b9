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
        JournalRejectedException? rejection = null;
        try
        {
            await stored;
        }
        catch (JournalRejectedException e)
        {
            rejection = e;
        }
#pragma warning disable CA1031 // whatever the journal throws, the write is in doubt and the actor must end
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return;
        }

        var batch = _batch;
        _stored = null;
        _notifies = false;
        foreach (var write in batch)
        {
            if (write.Waits)
                _waiting--;
            if ((write.Rejection ?? (write.Count > 0 ? rejection : null)) is { } reason)
                actor.Reject(reason, write.EventAt(0));
            else
                RunHandlers(write);
        }

        batch.Clear();
    }

    void RunHandlers(PendingWrite write)
    {
        if (write.Count == 0)
            write.Handle(0);
        for (var i = 0; i < write.Count; i++)
        {
            actor.LastSequenceNr++;
            write.Handle(i);
        }
    }

    void Fail(Exception cause)
    {
        _failed = true;
        var first = _batch.First(w => w.Count > 0 && w.Rejection is null);
        actor.FailToPersist(cause, first.EventAt(0), _written + 1);
    }

    Task WriteAsync(List<PendingWrite> batch)
    {
        var events = new List<SerializedEvent>(batch.Count);
        foreach (var write in batch)
            Serialize(write, events);
        return events.Count == 0 ? Task.CompletedTask : WriteAsync(events);
    }

    async Task WriteAsync(List<SerializedEvent> events)
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
        var self = actor.Context.Self;
        _ = stored.ContinueWith(
            static (batch, self) => ((ActorRef)self!).Tell(new BatchStored(batch)),
            self, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Told to the actor when a batch has been stored that messages did not wait for.</summary>
    internal sealed record BatchStored(Task Batch);
}

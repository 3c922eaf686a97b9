namespace LogosActors.Actors.Persistence;

/// <summary>Reads the history of one persistent actor: the newest snapshot, then the events after it, page by page.</summary>
internal sealed class Recovery(PersistenceRuntime runtime, string persistenceId)
{
    readonly PersistenceOptions _options = runtime.Options;

    /// <summary>Hands everything to <paramref name="replay"/> in order and returns the highest sequence number ever written.</summary>
    /// <exception cref="TimeoutException">A snapshot or page did not arrive within <see cref="PersistenceOptions.RecoveryTimeout"/>.</exception>
    /// <exception cref="UnreadableEventException">A stored event or snapshot cannot be read.</exception>
    public async Task<long> RunAsync(Action<object, long> replay, CancellationToken stopping)
    {
        await runtime.Recoveries.WaitAsync(stopping);
        try
        {
            var from = await LoadSnapshotAsync(replay, stopping) + 1;
            var highest = await InTime(runtime.Journal.ReadHighestSequenceNrAsync(persistenceId, stopping), stopping);
            while (from <= highest)
            {
                var page = await InTime(
                    runtime.Journal.ReadAsync(persistenceId, from, highest, _options.RecoveryPageSize, stopping), stopping);
                foreach (var entry in page)
                    replay(Read(entry.Event, entry.SequenceNr), entry.SequenceNr);
                if (page.Count < _options.RecoveryPageSize)
                    break;
                from = page[^1].SequenceNr + 1;
            }

            return highest;
        }
        finally
        {
            runtime.Recoveries.Release();
        }
    }

    async Task<long> LoadSnapshotAsync(Action<object, long> replay, CancellationToken stopping)
    {
        if (_options.Snapshots is not { } store
            || await InTime(store.LoadAsync(persistenceId, long.MaxValue, stopping), stopping) is not { } snapshot)
            return 0;
        replay(new SnapshotOffer(snapshot.SequenceNr, snapshot.Timestamp, Read(snapshot.State, snapshot.SequenceNr)), snapshot.SequenceNr);
        return snapshot.SequenceNr;
    }

    ValueTask<T> InTime<T>(ValueTask<T> step, CancellationToken stopping) =>
        step.IsCompleted ? step : new ValueTask<T>(step.AsTask().WaitAsync(_options.RecoveryTimeout, runtime.Time, stopping));

    object Read(SerializedEvent stored, long sequenceNr)
    {
        try
        {
            return _options.Serialization.Deserialize(stored);
        }
        catch (UnreadableEventException e)
        {
            throw new UnreadableEventException($"{persistenceId}, sequence number {sequenceNr}: {e.Message}", e);
        }
    }
}

using System.Globalization;

namespace LogosActors.Actors.Persistence;

/// <summary>Reads the history of one persistent actor: the newest snapshot, then the events after it, page by page.</summary>
internal sealed class Recovery(PersistenceRuntime runtime, string persistenceId)
{
    readonly PersistenceOptions _options = runtime.Options;

    /// <summary>Hands everything to <paramref name="replay"/> in order and returns the highest sequence number ever written.</summary>
    /// <exception cref="TimeoutException">A snapshot or page did not arrive within <see cref="PersistenceOptions.RecoveryTimeout"/>.</exception>
    /// <exception cref="UnreadableEventException">A stored event or snapshot cannot be read, or events are missing.</exception>
    public async Task<long> RunAsync(Action<object, long> replay, CancellationToken stopping)
    {
        await runtime.Recoveries.EnterAsync(stopping);
        try
        {
            var from = await LoadSnapshotAsync(replay, stopping) + 1;
            var highest = await InTime(
                runtime.Journal.ReadHighestSequenceNrAsync(persistenceId, stopping), "the highest sequence number", stopping);
            await ReplayAsync(from, highest, replay, stopping);
            return highest;
        }
        finally
        {
            runtime.Recoveries.Exit();
        }
    }

    async Task<long> LoadSnapshotAsync(Action<object, long> replay, CancellationToken stopping)
    {
        if (_options.Snapshots is not { } store
            || await InTime(store.LoadAsync(persistenceId, long.MaxValue, stopping), "the snapshot", stopping) is not { } snapshot)
            return 0;
        var state = Read(snapshot.State, "the snapshot of sequence number", snapshot.SequenceNr);
        replay(new SnapshotOffer(snapshot.SequenceNr, snapshot.Timestamp, state), snapshot.SequenceNr);
        return snapshot.SequenceNr;
    }

    async Task ReplayAsync(long from, long highest, Action<object, long> replay, CancellationToken stopping)
    {
        var last = 0L;
        while (from <= highest)
        {
            var page = await InTime(
                runtime.Journal.ReadAsync(persistenceId, from, highest, _options.RecoveryPageSize, stopping),
                string.Create(CultureInfo.InvariantCulture, $"the page from sequence number {from}"), stopping);
            foreach (var entry in page)
            {
                // Deletion takes the oldest, so the first may have any number; after it, a missing one is damage.
                if (last > 0 && entry.SequenceNr != last + 1)
                    throw new UnreadableEventException(
                        $"{persistenceId}, sequence number {last + 1}: the event is missing, the next is {entry.SequenceNr}.");
                last = entry.SequenceNr;
                replay(Read(entry.Event, "sequence number", last), last);
            }

            if (page.Count < _options.RecoveryPageSize)
                return;
            from = last + 1;
        }
    }

    async ValueTask<T> InTime<T>(ValueTask<T> step, string what, CancellationToken stopping)
    {
        if (step.IsCompleted)
            return await step;
        try
        {
            return await step.AsTask().WaitAsync(_options.RecoveryTimeout, runtime.Time, stopping);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"{persistenceId}: {what} did not arrive within {_options.RecoveryTimeout} "
                + $"({nameof(PersistenceOptions)}.{nameof(PersistenceOptions.RecoveryTimeout)}).", e);
        }
    }

    object Read(SerializedEvent stored, string what, long sequenceNr)
    {
        try
        {
            return _options.Serialization.Deserialize(stored);
        }
        catch (UnreadableEventException e)
        {
            throw new UnreadableEventException($"{persistenceId}, {what} {sequenceNr}: {e.Message}", e);
        }
    }
}

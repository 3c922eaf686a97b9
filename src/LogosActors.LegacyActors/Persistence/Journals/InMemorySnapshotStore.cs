using System.Collections.Concurrent;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Keeps snapshots in this process's memory; they end with it.</summary>
public sealed class InMemorySnapshotStore : ISnapshotStore
{
    readonly ConcurrentDictionary<string, SortedList<long, StoredSnapshot>> _snapshots = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<StoredSnapshot?> LoadAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_snapshots.TryGetValue(persistenceId, out var snapshots))
            return new((StoredSnapshot?)null);
        lock (snapshots)
        {
            for (var i = snapshots.Count - 1; i >= 0; i--)
            {
                if (snapshots.GetKeyAtIndex(i) <= maxSequenceNr)
                    return new(snapshots.GetValueAtIndex(i));
            }
        }

        return new((StoredSnapshot?)null);
    }

    /// <inheritdoc/>
    public ValueTask SaveAsync(string persistenceId, StoredSnapshot snapshot, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            HistoryRules.CheckLimits(persistenceId, snapshot, long.MaxValue);
            var snapshots = _snapshots.GetOrAdd(persistenceId, _ => []);
            lock (snapshots)
                snapshots[snapshot.SequenceNr] = snapshot;
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (e is JournalException or OperationCanceledException)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_snapshots.TryGetValue(persistenceId, out var snapshots))
            return ValueTask.CompletedTask;
        lock (snapshots)
        {
            while (snapshots.Count > 0 && snapshots.GetKeyAtIndex(0) <= maxSequenceNr)
                snapshots.RemoveAt(0);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

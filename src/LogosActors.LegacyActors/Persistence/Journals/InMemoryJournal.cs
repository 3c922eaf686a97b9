using System.Collections.Concurrent;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Keeps histories in this process's memory; they end with it.</summary>
/// <remarks>An actor that restarts, or an actor system that is rebuilt on the same instance, recovers what it wrote.</remarks>
public sealed class InMemoryJournal : IJournal
{
    readonly ConcurrentDictionary<string, History> _histories = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new(_histories.TryGetValue(persistenceId, out var history) ? history.Highest : 0);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new(_histories.TryGetValue(persistenceId, out var history) ? history.Read(fromSequenceNr, toSequenceNr, max) : []);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(JournalWrite write)
    {
        try
        {
            HistoryRules.CheckLimits(write, long.MaxValue);
            _histories.GetOrAdd(write.PersistenceId, _ => new History()).Append(write);
            return ValueTask.CompletedTask;
        }
        catch (JournalException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_histories.TryGetValue(persistenceId, out var history))
            history.Delete(toSequenceNr);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    sealed class History
    {
        readonly Lock _gate = new();
        readonly List<SerializedEvent> _events = [];
        long _deleted;

        public long Highest
        {
            get
            {
                lock (_gate)
                    return _deleted + _events.Count;
            }
        }

        public void Append(JournalWrite write)
        {
            lock (_gate)
            {
                if (HistoryRules.CheckContinues(write, _deleted + _events.Count) is { } refusal)
                    throw refusal;
                _events.AddRange(write.Events);
            }
        }

        public JournalEntry[] Read(long from, long to, int max)
        {
            lock (_gate)
            {
                var first = Math.Max(from, _deleted + 1);
                var count = Math.Min(Math.Min(to, _deleted + _events.Count) - first + 1, max);
                if (count <= 0)
                    return [];
                var page = new JournalEntry[count];
                for (var i = 0; i < page.Length; i++)
                    page[i] = new JournalEntry(first + i, _events[(int)(first - _deleted - 1) + i]);
                return page;
            }
        }

        public void Delete(long to)
        {
            lock (_gate)
            {
                var count = (int)Math.Clamp(to - _deleted, 0, _events.Count);
                _events.RemoveRange(0, count);
                _deleted += count;
            }
        }
    }
}

using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Delivery.Tests.Sending;

/// <summary>A journal in memory whose writes a test lets fail or wait.</summary>
internal sealed class ScriptedJournal : IJournal
{
    readonly InMemoryJournal _inner = new();

    /// <summary>What happens instead of a write, which it is given; null: the write.</summary>
    public Func<Func<ValueTask>, ValueTask>? Write { get; set; }

    public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation) =>
        _inner.ReadHighestSequenceNrAsync(persistenceId, cancellation);

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation) =>
        _inner.ReadAsync(persistenceId, fromSequenceNr, toSequenceNr, max, cancellation);

    public ValueTask WriteAsync(JournalWrite write) => Write?.Invoke(() => _inner.WriteAsync(write)) ?? _inner.WriteAsync(write);

    public ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation) =>
        _inner.DeleteAsync(persistenceId, toSequenceNr, cancellation);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}

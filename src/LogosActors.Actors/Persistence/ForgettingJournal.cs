using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace LogosActors.Actors.Persistence;

/// <summary>A journal in the memory of an actor system that lets go of the events that are deleted.</summary>
/// <remarks>Akka's own keeps every event as long as the system lives: its deletions only mark them. Queries are not served.</remarks>
public sealed class ForgettingJournal : AsyncWriteJournal
{
    // Reads run beside writes.
    readonly ConcurrentDictionary<string, History> _histories = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        ArgumentNullException.ThrowIfNull(recoveryCallback);
        if (_histories.TryGetValue(persistenceId, out var history))
        {
            foreach (var stored in history.Read(fromSequenceNr, toSequenceNr, max))
                recoveryCallback(stored);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        Task.FromResult(_histories.TryGetValue(persistenceId, out var history) ? history.Highest : 0);

    /// <inheritdoc/>
    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var write in messages)
        {
            var history = _histories.GetOrAdd(write.PersistenceId, static _ => new History());
            foreach (var written in (IEnumerable<IPersistentRepresentation>)write.Payload)
                history.Add(written);
        }
        return Task.FromResult<IImmutableList<Exception>>(null!);
    }

    /// <inheritdoc/>
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr, CancellationToken cancellationToken)
    {
        if (_histories.TryGetValue(persistenceId, out var history))
            history.DeleteTo(toSequenceNr);
        return Task.CompletedTask;
    }

    sealed class History
    {
        readonly Lock _turn = new();
        readonly Queue<IPersistentRepresentation> _events = new();

        public long Highest { get; private set; }

        public void Add(IPersistentRepresentation written)
        {
            lock (_turn)
            {
                _events.Enqueue(written);
                Highest = written.SequenceNr;
            }
        }

        public IReadOnlyList<IPersistentRepresentation> Read(long from, long to, long max)
        {
            lock (_turn)
                return [.. _events.Where(stored => stored.SequenceNr >= from && stored.SequenceNr <= to).Take((int)Math.Min(max, int.MaxValue))];
        }

        public void DeleteTo(long sequenceNr)
        {
            lock (_turn)
            {
                while (_events.TryPeek(out var oldest) && oldest.SequenceNr <= sequenceNr)
                    _events.Dequeue();
            }
        }
    }
}

using System.Collections.Concurrent;

namespace LogosActors.Actors.Persistence;

/// <summary>What the persistent actors of one system share: who writes which history, and how many recover at once.</summary>
internal sealed class PersistenceRuntime(PersistenceOptions options, TimeProvider time)
{
    readonly ConcurrentDictionary<string, ActorRef> _writers = new(StringComparer.Ordinal);

    public PersistenceOptions Options { get; } = options;

    public TimeProvider Time { get; } = time;

    public IJournal Journal { get; } = options.Journal ?? MissingJournal.Instance;

    /// <summary>Permits for recoveries under way.</summary>
    public RecoveryPermits Recoveries { get; } = new(options.MaxConcurrentRecoveries);

    /// <summary>Makes an actor the one writer of a history in this system, until <see cref="Release"/>.</summary>
    /// <returns>Whether it was not so before; an actor that restarts keeps its history.</returns>
    /// <exception cref="WriterFencedException">Another living actor writes it.</exception>
    public bool Claim(string persistenceId, ActorRef writer)
    {
        while (!_writers.TryAdd(persistenceId, writer))
        {
            if (!_writers.TryGetValue(persistenceId, out var holder))
                continue;
            return holder == writer
                ? false
                : throw new WriterFencedException(persistenceId, $"{holder} is alive and writes it, {writer} must not.");
        }

        return true;
    }

    /// <summary>Gives the history up, if the actor holds it.</summary>
    public void Release(string persistenceId, ActorRef writer) =>
        _writers.TryRemove(new KeyValuePair<string, ActorRef>(persistenceId, writer));
}

/// <summary>Stands where no journal was configured, and says so.</summary>
internal sealed class MissingJournal : IJournal
{
    public static readonly MissingJournal Instance = new();

    static JournalException Missing => new("There is no journal: set ActorSystemOptions.Persistence.Journal.");

    public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation) => throw Missing;

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation) => throw Missing;

    public ValueTask WriteAsync(JournalWrite write) => throw Missing;

    public ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation) => throw Missing;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

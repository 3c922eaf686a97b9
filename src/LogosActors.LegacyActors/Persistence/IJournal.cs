namespace LogosActors.Actors.Persistence;

/// <summary>An event as a journal stores it: bytes, and what is needed to read them back.</summary>
/// <param name="SerializerId">Which kind of codec wrote the payload; see <see cref="EventSerialization"/>.</param>
/// <param name="Manifest">The stable name of the event's type, at most 500 characters.</param>
/// <param name="Payload">The encoded event. Never changed after it was handed over.</param>
public readonly record struct SerializedEvent(int SerializerId, string Manifest, ReadOnlyMemory<byte> Payload);

/// <summary>One stored event of one persistent actor.</summary>
/// <param name="SequenceNr">Its place in the history of its persistence id; the first is 1.</param>
/// <param name="Event">The stored bytes.</param>
public readonly record struct JournalEntry(long SequenceNr, SerializedEvent Event);

/// <summary>Events that are stored together or not at all.</summary>
/// <param name="PersistenceId">Whose history they continue, 1 – 255 characters.</param>
/// <param name="WriterId">Identifies the incarnation that writes; stored beside each event.</param>
/// <param name="FirstSequenceNr">The sequence number of the first event; the others follow without a gap.</param>
/// <param name="Events">At least one event.</param>
public sealed record JournalWrite(
    string PersistenceId, Guid WriterId, long FirstSequenceNr, IReadOnlyList<SerializedEvent> Events);

/// <summary>Stores the events of persistent actors.</summary>
/// <remarks>
/// Safe for use from many threads. A write that has completed is durable (to the degree that the journal's
/// documentation names) and survives <c>kill -9</c>. Implementations commit the writes of many actors together.
/// </remarks>
public interface IJournal : IAsyncDisposable
{
    /// <summary>The highest sequence number ever written for a persistence id, 0 when there is none.</summary>
    /// <remarks>Deleted events count: a sequence number is never used twice.</remarks>
    /// <param name="persistenceId">Whose history.</param>
    /// <param name="cancellation">Gives up the read.</param>
    ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation);

    /// <summary>Reads one page of history, in order of sequence number, deleted events left out.</summary>
    /// <param name="persistenceId">Whose history.</param>
    /// <param name="fromSequenceNr">The first sequence number wanted.</param>
    /// <param name="toSequenceNr">The last sequence number wanted.</param>
    /// <param name="max">The most entries to return; fewer than this means that the range is exhausted.</param>
    /// <param name="cancellation">Gives up the read.</param>
    ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation);

    /// <summary>Appends events; completes when they are durable.</summary>
    /// <param name="write">The events, stored together or not at all.</param>
    /// <exception cref="WriterFencedException">Another writer has already continued this history.</exception>
    /// <exception cref="JournalRejectedException">The journal will not store these events; nothing was written and the
    /// history is intact, so the actor may go on.</exception>
    /// <exception cref="JournalException">The write failed for another reason.</exception>
    ValueTask WriteAsync(JournalWrite write);

    /// <summary>Deletes events up to and including a sequence number. The highest number stays known.</summary>
    /// <param name="persistenceId">Whose history.</param>
    /// <param name="toSequenceNr">The last sequence number to delete.</param>
    /// <param name="cancellation">Gives up the deletion.</param>
    ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation);
}

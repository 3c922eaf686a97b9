namespace LogosActors.Actors.Persistence.Journals;

/// <summary>What every journal checks before it writes: the limits of the tables, and that a history has no gap.</summary>
static class HistoryRules
{
    /// <summary>The longest persistence id, in characters (Akka.Persistence.Sql's column).</summary>
    public const int MaxPersistenceIdLength = 255;

    /// <summary>Refuses what the tables cannot hold.</summary>
    /// <returns>The bytes that the write adds, payloads and names together.</returns>
    /// <exception cref="JournalRejectedException">The write is too long or malformed.</exception>
    public static long CheckLimits(JournalWrite write, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(write);
        CheckPersistenceId(write.PersistenceId);
        if (write.Events.Count == 0)
            throw new JournalRejectedException($"A write for '{write.PersistenceId}' holds no event.");
        if (write.FirstSequenceNr < 1)
            throw new JournalRejectedException($"Sequence numbers start at 1; '{write.PersistenceId}' wrote {write.FirstSequenceNr}.");

        long bytes = 0;
        foreach (var stored in write.Events)
            bytes += CheckManifest(stored) + write.PersistenceId.Length + stored.Payload.Length;
        if (bytes > maxBytes)
            throw new JournalRejectedException(
                $"A write of {bytes} bytes for '{write.PersistenceId}' is over the journal's limit of {maxBytes} bytes.");
        return bytes;
    }

    /// <summary>Refuses a snapshot that the table cannot hold.</summary>
    /// <returns>The bytes that the snapshot takes.</returns>
    /// <exception cref="JournalRejectedException">The snapshot is too long or malformed.</exception>
    public static long CheckLimits(string persistenceId, StoredSnapshot snapshot, long maxBytes)
    {
        CheckPersistenceId(persistenceId);
        var bytes = CheckManifest(snapshot.State) + (long)snapshot.State.Payload.Length;
        if (bytes > maxBytes)
            throw new JournalRejectedException(
                $"A snapshot of {bytes} bytes for '{persistenceId}' is over the store's limit of {maxBytes} bytes.");
        return bytes;
    }

    /// <summary>Whether a write continues a history that ends at <paramref name="highest"/>; the reason when it does not.</summary>
    public static JournalException? CheckContinues(JournalWrite write, long highest)
    {
        if (write.FirstSequenceNr == highest + 1)
            return null;
        return write.FirstSequenceNr <= highest
            ? new WriterFencedException(
                write.PersistenceId, $"event {write.FirstSequenceNr} is already written, the history ends at {highest}.")
            : new JournalException(
                $"Event {write.FirstSequenceNr} of '{write.PersistenceId}' would leave a gap: the history ends at {highest}.");
    }

    static int CheckManifest(SerializedEvent stored)
    {
        if (stored.Manifest is null || stored.Manifest.Length > EventSerialization.MaxManifestLength || !IsText(stored.Manifest))
            throw new JournalRejectedException(
                $"A manifest has at most {EventSerialization.MaxManifestLength} characters of valid text, got '{stored.Manifest}'.");
        return stored.Manifest.Length;
    }

    /// <summary>Refuses a persistence id that the tables cannot hold.</summary>
    /// <exception cref="JournalRejectedException">It is empty, too long or no text.</exception>
    public static void CheckPersistenceId(string persistenceId)
    {
        if (string.IsNullOrEmpty(persistenceId) || persistenceId.Length > MaxPersistenceIdLength || !IsText(persistenceId))
            throw new JournalRejectedException(
                $"A persistence id has 1 – {MaxPersistenceIdLength} characters of valid text, got '{persistenceId}'.");
    }

    // PostgreSQL's text has no NUL, and a lone surrogate has no UTF-8: two such ids would become one.
    static bool IsText(string value)
    {
        if (value.Contains('\0'))
            return false;
        if (!value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return true;
        for (var i = 0; i < value.Length; i += char.IsSurrogate(value[i]) ? 2 : 1)
        {
            if (char.IsSurrogate(value[i]) && (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1])))
                return false;
        }

        return true;
    }
}

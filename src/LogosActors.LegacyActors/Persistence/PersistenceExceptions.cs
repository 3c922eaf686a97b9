namespace LogosActors.Actors.Persistence;

/// <summary>A journal or snapshot store could not do what was asked.</summary>
public class JournalException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A second writer of a persistence id was kept from corrupting its history.</summary>
public sealed class WriterFencedException(string persistenceId, string detail, Exception? innerException = null)
    : JournalException($"Persistence id '{persistenceId}' has another writer: {detail}", innerException)
{
    /// <summary>The contested persistence id.</summary>
    public string PersistenceId { get; } = persistenceId;
}

/// <summary>The journal refuses these events; nothing was written and the history is intact.</summary>
public sealed class JournalRejectedException(string message, Exception? innerException = null)
    : JournalException(message, innerException);

/// <summary>A stored event cannot be read back: its manifest is unknown or its bytes are corrupt.</summary>
public sealed class UnreadableEventException(string message, Exception? innerException = null)
    : JournalException(message, innerException);

/// <summary>The stored data was written by a newer version of the schema than this one knows.</summary>
public sealed class NewerJournalException(string message) : JournalException(message);

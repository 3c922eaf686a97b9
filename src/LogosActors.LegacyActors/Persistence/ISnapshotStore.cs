namespace LogosActors.Actors.Persistence;

/// <summary>A stored state of one persistent actor.</summary>
/// <param name="SequenceNr">The sequence number of the last event that the state contains.</param>
/// <param name="Timestamp">When it was saved.</param>
/// <param name="State">The stored bytes.</param>
public readonly record struct StoredSnapshot(long SequenceNr, DateTimeOffset Timestamp, SerializedEvent State);

/// <summary>Stores snapshots of persistent actors. Safe for use from many threads.</summary>
public interface ISnapshotStore : IAsyncDisposable
{
    /// <summary>The newest snapshot at or below a sequence number, or null.</summary>
    /// <param name="persistenceId">Whose snapshot.</param>
    /// <param name="maxSequenceNr">The highest sequence number that is acceptable.</param>
    /// <param name="cancellation">Gives up the read.</param>
    ValueTask<StoredSnapshot?> LoadAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation);

    /// <summary>Saves a snapshot, replacing one of the same sequence number.</summary>
    /// <param name="persistenceId">Whose snapshot.</param>
    /// <param name="snapshot">The state to save.</param>
    /// <param name="cancellation">Gives up the write.</param>
    ValueTask SaveAsync(string persistenceId, StoredSnapshot snapshot, CancellationToken cancellation);

    /// <summary>Deletes the snapshots up to and including a sequence number.</summary>
    /// <param name="persistenceId">Whose snapshots.</param>
    /// <param name="maxSequenceNr">The highest sequence number to delete.</param>
    /// <param name="cancellation">Gives up the deletion.</param>
    ValueTask DeleteAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation);
}

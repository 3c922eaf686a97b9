namespace LogosActors.Actors.Persistence;

/// <summary>The newest snapshot, given to <see cref="PersistentActor.Recover"/> before any event.</summary>
/// <param name="SequenceNr">The sequence number of the last event that the state contains.</param>
/// <param name="Timestamp">When it was saved.</param>
/// <param name="State">The state.</param>
public sealed record SnapshotOffer(long SequenceNr, DateTimeOffset Timestamp, object State);

/// <summary>The last message of a recovery: all events have been given.</summary>
public sealed record RecoveryCompleted
{
    /// <summary>The one instance.</summary>
    public static RecoveryCompleted Instance { get; } = new();
}

/// <summary>A snapshot has been stored.</summary>
/// <param name="SequenceNr">The sequence number of the last event that it contains.</param>
public sealed record SnapshotSaved(long SequenceNr);

/// <summary>A snapshot was not stored; the events still are, so nothing is lost.</summary>
/// <param name="SequenceNr">The sequence number of the last event that it would have contained.</param>
/// <param name="Cause">Why.</param>
public sealed record SnapshotFailed(long SequenceNr, Exception Cause);

/// <summary>Events have been deleted.</summary>
/// <param name="ToSequenceNr">The last sequence number deleted.</param>
public sealed record EventsDeleted(long ToSequenceNr);

/// <summary>Events were not deleted.</summary>
/// <param name="ToSequenceNr">The last sequence number that was to be deleted.</param>
/// <param name="Cause">Why.</param>
public sealed record EventsNotDeleted(long ToSequenceNr, Exception Cause);

/// <summary>Snapshots have been deleted.</summary>
/// <param name="ToSequenceNr">The highest sequence number deleted.</param>
public sealed record SnapshotsDeleted(long ToSequenceNr);

/// <summary>Snapshots were not deleted.</summary>
/// <param name="ToSequenceNr">The highest sequence number that was to be deleted.</param>
/// <param name="Cause">Why.</param>
public sealed record SnapshotsNotDeleted(long ToSequenceNr, Exception Cause);

using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using LogosActors.Channels.Records;

namespace LogosActors.Channels.Channel;

/// <summary>How the history is written, read and kept short.</summary>
internal sealed partial class SdsActor
{
    /// <summary>A snapshot is saved when the events since the last one have this many bytes, or <see cref="SnapshotShare"/> times as many as it has:
    /// its cost stays a part of theirs, and the history in bounds.</summary>
    const long SnapshotBytes = 2 << 20;

    const int SnapshotShare = 2;

    long _bytesSinceSnapshot;
    long _snapshotSize;
    bool _isSaving;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: Snapshot snapshot }:
                _machine.Restore(snapshot);
                _snapshotSize = snapshot.CalculateSize();
                break;
            case Changed changed:
                _machine.Apply(changed);
                _bytesSinceSnapshot += changed.CalculateSize();
                break;
            case Covered:
                break;
            case RecoveryCompleted:
                Begin();
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        base.OnRecoveryFailure(reason, message);
        Context.Parent.Tell(new Conversation.NotRecovered(reason));
    }

    void Begin()
    {
        var published = _settings.Events.Attach(Self);
        // What handlers have had in an earlier incarnation may be handled by now.
        if (published > 0)
            _machine.Handled(Math.Min(_settings.Events.TakeHandled(), _machine.LastNumber));
        _machine.WallLead = _settings.Clock.WallLead;
        _machine.Begin(SteadyNow);
        BeginRecoveredTraces();
        Context.Parent.Tell(Conversation.Recovered.Instance);
        Commit();
    }

    void Store(Batch batch)
    {
        _bytesSinceSnapshot += _machine.ChangedBytes;
        PersistAsync(_machine.TakeChanges(), _ => Run(batch));
        if (_isSaving || _bytesSinceSnapshot < Math.Max(SnapshotBytes, SnapshotShare * _snapshotSize))
            return;
        _isSaving = true;
        _bytesSinceSnapshot = 0;
        // As it is now: up to these very events.
        var snapshot = _machine.TakeSnapshot();
        PersistAsync(new Covered(), _ =>
        {
            _snapshotSize = snapshot.CalculateSize();
            SaveSnapshot(snapshot);
        });
    }

    bool HandlePersistence(object message)
    {
        switch (message)
        {
            case SaveSnapshotSuccess saved:
                _isSaving = false;
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                DeleteMessages(saved.Metadata.SequenceNr);
                return true;
            case SaveSnapshotFailure failed:
                _isSaving = false;
                Log.Warning(failed.Cause, "The snapshot of {0} was not saved; the next one is tried after as many events", PersistenceId);
                return true;
            case DeleteMessagesFailure failed:
                Log.Warning(failed.Cause, "The history of {0} was not shortened; the next snapshot does that", PersistenceId);
                return true;
            case DeleteSnapshotsFailure failed:
                Log.Warning(failed.Cause, "Older snapshots of {0} were not deleted; the next one does that", PersistenceId);
                return true;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                return true;
            default:
                return false;
        }
    }
}

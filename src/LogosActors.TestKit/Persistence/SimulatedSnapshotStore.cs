using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit.Persistence;

/// <summary>Akka's snapshot protocol over a <see cref="SimulatedStorage"/>; answers in its turn, not from the thread pool.</summary>
internal sealed class SimulatedSnapshotStore : UntypedActor
{
    readonly SimulatedProcess _process = ((SimulatedScheduler)Context.System.Scheduler).Process;
    readonly ActorSystem _system = Context.System;

    /// <summary>Called by Akka.</summary>
    public SimulatedSnapshotStore(Config config)
    {
        _ = config;
    }

    SimulatedStorage Storage => _process.Storage;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LoadSnapshot load:
                Load(load);
                break;
            case SaveSnapshot save:
                Save(save);
                break;
            case DeleteSnapshot delete:
                Delete(
                    delete.Metadata.PersistenceId, metadata => Matches(delete.Metadata, metadata),
                    new DeleteSnapshotSuccess(delete.Metadata), cause => new DeleteSnapshotFailure(delete.Metadata, cause));
                break;
            case DeleteSnapshots delete:
                Delete(
                    delete.PersistenceId, metadata => SimulatedStorage.Matches(delete.Criteria, metadata),
                    new DeleteSnapshotsSuccess(delete.Criteria), cause => new DeleteSnapshotsFailure(delete.Criteria, cause));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // As Akka's plugins read it: a deletion that names no time concerns every snapshot of that number.
    static bool Matches(SnapshotMetadata wanted, SnapshotMetadata stored) =>
        stored.SequenceNr == wanted.SequenceNr && (wanted.Timestamp == DateTime.MinValue || wanted.Timestamp == stored.Timestamp);

    void Load(LoadSnapshot load)
    {
        var (sender, self) = (Sender, Self);
        if (load.Criteria.Equals(SnapshotSelectionCriteria.None))
        {
            sender.Tell(new LoadSnapshotResult(null, load.ToSequenceNr), self);
            return;
        }

        var fails = Storage.Decide(SimulatedStorage.Operation.SnapshotLoad, load.PersistenceId) is not SimulatedStorage.Outcome.Success;
        object answer = new LoadSnapshotFailed(new StorageFailedException("The snapshot was not loaded by the simulated storage."));
        Storage.Perform(_process, Read, () => sender.Tell(answer, self), cause => sender.Tell(new LoadSnapshotFailed(cause), self));

        void Read()
        {
            if (fails)
                return;
            try
            {
                var found = Storage.Load(load.PersistenceId, load.Criteria, load.ToSequenceNr);
                answer = new LoadSnapshotResult(
                    found is null ? null : new SelectedSnapshot(found.Metadata, found.Serialized?.Read(_system) ?? found.Snapshot), load.ToSequenceNr);
            }
#pragma warning disable CA1031 // whatever a serializer throws, the snapshot is not loaded
            catch (Exception e)
#pragma warning restore CA1031
            {
                answer = new LoadSnapshotFailed(e);
            }
        }
    }

    void Save(SaveSnapshot save)
    {
        var (sender, self) = (Sender, Self);
        var metadata = new SnapshotMetadata(
            save.Metadata.PersistenceId, save.Metadata.SequenceNr,
            save.Metadata.Timestamp == DateTime.MinValue ? _process.Loop.Time.GetUtcNow().UtcDateTime : save.Metadata.Timestamp);
        Exception? failure = Storage.Decide(SimulatedStorage.Operation.SnapshotSave, metadata.PersistenceId) is SimulatedStorage.Outcome.Success
            ? null
            : new StorageFailedException("The snapshot was not saved by the simulated storage.");
        StoredSnapshot? stored = null;
        try
        {
            var serialized = Storage.Serialize ? SerializedPayload.Of(save.Snapshot, _system) : null;
            stored = new StoredSnapshot(metadata, save.Snapshot, serialized?.Bytes.Length ?? 0) { Serialized = serialized };
        }
#pragma warning disable CA1031 // whatever a serializer throws, the snapshot is not saved
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        Storage.Perform(
            _process,
            () =>
            {
                if (failure is null)
                    Storage.Save(stored!);
            },
            () =>
            {
                if (failure is null)
                    sender.Tell(new SaveSnapshotSuccess(metadata), self);
                else
                    Fail(failure);
            },
            Fail);

        void Fail(Exception cause) => sender.Tell(new SaveSnapshotFailure(save.Metadata, cause), self);
    }

    void Delete(string persistenceId, Func<SnapshotMetadata, bool> which, object success, Func<Exception, object> failure)
    {
        var (sender, self) = (Sender, Self);
        var fails = Storage.Decide(SimulatedStorage.Operation.Deletion, persistenceId) is not SimulatedStorage.Outcome.Success;
        Storage.Perform(
            _process,
            () =>
            {
                if (!fails)
                    Storage.DeleteSnapshots(persistenceId, which);
            },
            () => sender.Tell(fails ? failure(new StorageFailedException("The deletion failed in the simulated storage.")) : success, self),
            cause => sender.Tell(failure(cause), self));
    }
}

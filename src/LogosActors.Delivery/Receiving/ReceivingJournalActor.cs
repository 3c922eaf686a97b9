using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Receiving;

/// <summary>Keeps what a node is subscribed to, what it has received of it, and up to when stores have told it everything.</summary>
/// <remarks>
/// Parent: <see cref="SubscriptionsActor"/>, which spawns it again when a failing journal has stopped it. Hashes that come while a write is
/// under way are one event of the next write. A snapshot is saved whenever the events since the last one hold as many hashes as it, and
/// at least <see cref="SnapshotHashes"/> or <see cref="SnapshotEvents"/>: the history is never longer than twice what must be kept.
/// </remarks>
internal sealed class ReceivingJournalActor(string persistenceId, ReceivingOptions options) : PersistentActor
{
    /// <summary>After how many events a snapshot is due.</summary>
    public const int SnapshotEvents = 1000;

    /// <summary>After how many hashes a snapshot is due, if there are as many in the last one.</summary>
    public const int SnapshotHashes = 10_000;

    readonly ReceivedHistory _history = new(options);
    readonly List<(ActorRef Sender, ReceivingJournal.Record Record)> _waiting = [];
    bool _isWriting;
    bool _isSaving;
    long _savedAt;

    protected override string PersistenceId => persistenceId;

    protected override void Recover(object message)
    {
        if (message is not RecoveryCompleted)
        {
            _history.Apply(message is SnapshotOffer offer ? offer.State : message);
            return;
        }
        _savedAt = SnapshotSequenceNr;
        Context.Parent.Tell(new ReceivingJournal.Recovered(_history.Topics), Self);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case ReceivingJournal.Record record:
                _waiting.Add((Sender, record));
                WriteWaiting();
                break;
            case ReceivingJournal.Subscribed subscribed:
                // The parent answers whoever asked when it is durable.
                PersistAsync(subscribed, stored => { Apply(stored); Reply(stored); });
                break;
            case ReceivingJournal.Unsubscribed or ReceivingJournal.Synced:
                PersistAsync(message, Apply);
                break;
            case ReceivingJournal.Reconcile reconcile:
                foreach (var difference in _history.DifferencesTo(reconcile.Topics))
                    PersistAsync(difference, Apply);
                break;
            case SnapshotSaved saved:
                _isSaving = false;
                DeleteEvents(saved.SequenceNr);
                DeleteSnapshots(saved.SequenceNr - 1);
                break;
            case SnapshotFailed failed:
                _isSaving = false;
                Log.LogWarning(failed.Cause, "The snapshot of what was received was not stored; its history grows");
                break;
            case EventsDeleted or EventsNotDeleted or SnapshotsDeleted or SnapshotsNotDeleted:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // Messages wait for what cannot be stored. The parent tells them when this actor has stopped.
        base.OnPersistRejected(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    void WriteWaiting()
    {
        if (_isWriting || _waiting.Count == 0)
            return;
        _isWriting = true;
        var batch = _waiting.ToArray();
        _waiting.Clear();
        var received = batch.GroupBy(
            waiting => waiting.Record.Topic,
            waiting => waiting.Record,
            (topic, records) => (topic, Join([.. records])),
            StringComparer.Ordinal);
        PersistAsync(new ReceivingJournal.Received([.. received]), stored =>
        {
            Apply(stored);
            foreach (var waiting in batch.GroupBy(waiting => waiting.Sender, waiting => waiting.Record.Hashes))
                waiting.Key.Tell(new ReceivingJournal.Recorded([.. waiting.SelectMany(hashes => hashes)]), Self);
            _isWriting = false;
            WriteWaiting();
        });
    }

    static ReceivingJournal.Batch Join(ReceivingJournal.Record[] records) =>
        new(records.Max(record => record.Time), [.. records.SelectMany(record => record.Hashes)]);

    void Apply(object stored)
    {
        _history.Apply(stored);
        var isDue = LastSequenceNr - _savedAt >= SnapshotEvents || _history.FreshCount >= Math.Max(SnapshotHashes, _history.SnapshotCount);
        if (!isDue || _isSaving)
            return;
        (_isSaving, _savedAt) = (true, LastSequenceNr);
        SaveSnapshot(_history.TakeSnapshot());
    }
}

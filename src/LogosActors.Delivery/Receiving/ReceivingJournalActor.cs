using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Google.Protobuf;
using LogosActors.Actors;
using LogosActors.Delivery.Receiving.Stored;

namespace LogosActors.Delivery.Receiving;

/// <summary>Stores what a node is subscribed to, what it has received of it, and up to when stores have answered it completely.</summary>
/// <remarks>
/// Parent: <see cref="SubscriptionsActor"/>, restart. A write or a recovery that fails stops it; the parent creates it again with
/// backoff (1 s … 1 min) and keeps up to 1,000 messages meanwhile. Nothing is held up: messages are delivered as if there were no journal, and
/// it is told what it has missed when it is back. Hashes that come while a write is under way share the next event. A snapshot is saved whenever
/// the events since the last one hold as many hashes as it, and at least <see cref="SnapshotHashes"/> or <see cref="SnapshotEvents"/>; the
/// events and snapshots that it replaces are deleted: the history is never longer than twice what must be kept.
/// </remarks>
internal sealed class ReceivingJournalActor : SupervisedPersistentActor
{
    /// <summary>After how many events a snapshot is due.</summary>
    public const int SnapshotEvents = 1000;

    /// <summary>After how many hashes a snapshot is due, if there are as many in the last one.</summary>
    public const int SnapshotHashes = 10_000;

    readonly ReceivedHistory _history;
    readonly List<(IActorRef Sender, ReceivingJournal.Record Record)> _waiting = [];
    bool _isWriting;
    bool _isSaving;
    long _savedAt;

    public ReceivingJournalActor(PersistencePlugins persistence, string persistenceId, ReceivingOptions options)
        : base(persistence) =>
        (PersistenceId, _history) = (persistenceId, new ReceivedHistory(options));

    public override string PersistenceId { get; }

    public static Props Props(PersistencePlugins persistence, string persistenceId, ReceivingOptions options) =>
        Akka.Actor.Props.Create(() => new ReceivingJournalActor(persistence, persistenceId, options));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                Context.Parent.Tell(new ReceivingJournal.Recovered(_history.Topics));
                break;
            case SnapshotOffer offer:
                _savedAt = offer.Metadata.SequenceNr;
                _history.Apply(offer.Snapshot);
                break;
            default:
                _history.Apply(message);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case ReceivingJournal.Record record:
                _waiting.Add((Sender, record));
                WriteWaiting();
                break;
            case ReceivingJournal.Subscribe subscribe:
                var subscriber = Sender;
                PersistAsync(StoredReceiving.From(subscribe.Topic, subscribe.Shard, subscribe.Since, subscribe.IsWanted), stored =>
                {
                    Apply(stored);
                    subscriber.Tell(new ReceivingJournal.Subscribed(stored.Topic));
                });
                break;
            case ReceivingJournal.Unsubscribe unsubscribe:
                var unsubscriber = Sender;
                PersistAsync(new TopicUnsubscribed { Topic = unsubscribe.Topic }, stored =>
                {
                    Apply(stored);
                    unsubscriber.Tell(new ReceivingJournal.Unsubscribed(stored.Topic));
                });
                break;
            case ReceivingJournal.Reached reached:
                PersistAsync(StoredReceiving.From(reached), Apply);
                break;
            case ReceivingJournal.Reconcile reconcile:
                if (_history.DifferencesTo(reconcile.Topics) is { Count: > 0 } differences)
                    PersistAllAsync(differences, Apply);
                break;
            case ReceivingJournal.Merge merge:
                if (_history.Missing(merge.Topic, merge.Batches) is { Count: > 0 } missing)
                    PersistAsync(StoredReceiving.From(missing.Select(batch => (merge.Topic, batch))), Apply);
                break;
            case SaveSnapshotSuccess saved:
                _isSaving = false;
                DeleteMessages(saved.Metadata.SequenceNr);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failed:
                _isSaving = false;
                Log.Warning(failed.Cause, "The snapshot of what was received was not stored; its history grows");
                break;
            case DeleteMessagesFailure failed:
                Log.Warning(failed.Cause, "The history of what was received was not shortened; the next snapshot does it");
                break;
            case DeleteSnapshotsFailure failed:
                Log.Warning(failed.Cause, "Old snapshots of what was received were not deleted; the next one does it");
                break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // Messages wait for what cannot be stored. The parent delivers them when this actor has stopped.
        Log.Error(cause, "The journal has rejected what was received");
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
        PersistAsync(StoredReceiving.From(received), stored =>
        {
            Apply(stored);
            foreach (var waiting in batch.GroupBy(waiting => waiting.Sender, waiting => waiting.Record.Hashes))
                waiting.Key.Tell(new ReceivingJournal.Recorded([.. waiting.SelectMany(hashes => hashes)]));
            _isWriting = false;
            WriteWaiting();
        });
    }

    static ReceivingJournal.Batch Join(ReceivingJournal.Record[] records) =>
        new(records.Max(record => record.Time), [.. records.SelectMany(record => record.Hashes)]);

    void Apply(IMessage stored)
    {
        _history.Apply(stored);
        var isDue = LastSequenceNr - _savedAt >= SnapshotEvents || _history.FreshCount >= Math.Max(SnapshotHashes, _history.SnapshotCount);
        if (!isDue || _isSaving)
            return;
        (_isSaving, _savedAt) = (true, LastSequenceNr);
        SaveSnapshot(_history.TakeSnapshot());
    }
}

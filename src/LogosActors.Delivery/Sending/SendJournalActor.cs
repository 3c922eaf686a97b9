using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Sending;

/// <summary>Stores which requests have not ended, so that they go on after a restart of the node.</summary>
/// <remarks>
/// Parent: <see cref="SendsActor"/>, which makes it anew after a failed write and then compares: what it has not heard of is stored, or ended,
/// again. Writes go to the journal together. The history begins at the oldest request that has not ended, so that it is bounded by
/// what is sent within <see cref="SendingOptions.Timeout"/>; there are no snapshots.
/// </remarks>
/// <param name="id">Names the history.</param>
/// <param name="sends">The parent.</param>
internal sealed class SendJournalActor(string id, ActorRef sends) : PersistentActor
{
    /// <summary>After how many events what is no more needed is deleted.</summary>
    const int DeletionInterval = 1024;

    readonly Dictionary<RequestId, long> _stored = [];
    readonly Queue<(RequestId Request, long SequenceNr)> _order = new();
    Dictionary<RequestId, SendJournal.SendQueued>? _recovered = [];
    long _deleted;

    protected override string PersistenceId => id;

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SendJournal.SendQueued queued:
                Add(queued.Request);
                _recovered![queued.Request] = queued;
                break;
            case SendJournal.SendEnded ended:
                _stored.Remove(ended.Request);
                _recovered!.Remove(ended.Request);
                break;
            case RecoveryCompleted:
                sends.Tell(new SendJournal.Recovered([.. _recovered!.Values]), Self);
                _recovered = null;
                break;
        }
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case SendJournal.Store store:
                Store(store);
                break;
            case SendJournal.Remove remove:
                Remove(remove.Request);
                break;
            case EventsNotDeleted failed:
                Log.LogWarning(failed.Cause, "The history of requests to send was not shortened; that is tried again");
                _deleted = 0;
                break;
            case EventsDeleted:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        if (@event is SendJournal.SendQueued queued)
            sends.Tell(new SendJournal.Rejected(queued.Request, cause.Message), Self);
    }

    void Store(SendJournal.Store store)
    {
        if (_stored.ContainsKey(store.Request))
        {
            sends.Tell(new SendJournal.Stored(store.Request), Self);
            return;
        }
        PersistAsync(new SendJournal.SendQueued(store.Request, store.Shard, store.Message), queued =>
        {
            Add(queued.Request);
            sends.Tell(new SendJournal.Stored(queued.Request), Self);
        });
    }

    void Remove(RequestId request)
    {
        if (!_stored.ContainsKey(request))
        {
            sends.Tell(new SendJournal.Removed(request), Self);
            return;
        }
        PersistAsync(new SendJournal.SendEnded(request), ended =>
        {
            _stored.Remove(ended.Request);
            sends.Tell(new SendJournal.Removed(ended.Request), Self);
            Shorten();
        });
    }

    void Add(RequestId request)
    {
        _stored[request] = LastSequenceNr;
        _order.Enqueue((request, LastSequenceNr));
    }

    void Shorten()
    {
        while (_order.TryPeek(out var oldest) && !(_stored.TryGetValue(oldest.Request, out var sequenceNr) && sequenceNr == oldest.SequenceNr))
            _order.Dequeue();
        var needless = (_order.TryPeek(out var first) ? first.SequenceNr : LastSequenceNr + 1) - 1;
        if (needless - _deleted < DeletionInterval)
            return;
        _deleted = needless;
        DeleteEvents(needless);
    }
}

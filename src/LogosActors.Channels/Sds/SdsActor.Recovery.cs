using LogosActors.Actors.Persistence;
using LogosActors.Channels.Requests;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsActor
{
    long _scheduled = long.MaxValue;
    long _snapshotAt;
    long _lastHeard;

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { State: SdsJournal.Snapshot snapshot }:
                _sds.Restore(snapshot.Sds);
                foreach (var request in snapshot.Requests)
                    _requests.Restore(request);
                foreach (var untaken in snapshot.Untaken)
                    _untaken[untaken.MessageId] = untaken;
                _snapshotAt = LastSequenceNr;
                _lastHeard = (long)Math.Min(_sds.Clock, (ulong)Now);
                break;
            case SdsEvent changed:
                Reapply(changed);
                break;
            case SdsJournal.RequestBegun begun:
                _requests.Begin(begun.Request, begun.ChunkIds, isEphemeral: false);
                break;
            case SdsJournal.RequestSent sent:
                _requests.Sent(sent.Request);
                _outcomes.RemoveAll(outcome => outcome is RequestOutcome.Sent && outcome.Request == sent.Request);
                break;
            case SdsJournal.RequestEnded ended:
                _requests.End(ended.Request);
                _outcomes.RemoveAll(outcome => outcome.Request == ended.Request);
                break;
            case SdsJournal.ChunksTaken taken:
                Forget(taken.MessageIds);
                break;
            case RecoveryCompleted:
                // Now: what waits in the mailbox comes after what was before.
                Resume();
                break;
        }
    }

    /// <summary>Applies an event to the requests and to what the reassembly has not taken, too. What comes of a request by it was told, or is told
    /// now, unless its end was stored.</summary>
    void Reapply(SdsEvent changed)
    {
        _lastHeard = changed switch
        {
            SdsEvent.Accepted heard => heard.At,
            SdsEvent.Sent sent => sent.At,
            _ => _lastHeard,
        };
        switch (changed)
        {
            case SdsEvent.Accepted { IsDelivered: true } accepted:
                _untaken[accepted.Message.MessageId] = accepted.Message;
                break;
            case SdsEvent.Delivered delivered when _sds.FindWaiting(delivered.MessageId) is { } waiting:
                _untaken[delivered.MessageId] = waiting;
                break;
            case SdsEvent.HintSet hint:
                _requests.Dispatched(hint.MessageId, _outcomes);
                break;
            case SdsEvent.Acknowledged acknowledged:
                _requests.Acknowledged(acknowledged.MessageId, _outcomes);
                break;
            case SdsEvent.GaveUp gaveUp:
                GiveUp(gaveUp.MessageId);
                break;
        }
        _outcomes.RemoveAll(static outcome => outcome is RequestOutcome.Advanced);
        _sds.Apply(changed);
    }

    /// <summary>Goes on: all that was not stored as done is done again.</summary>
    void Resume()
    {
        _sds.Begin(Now);
        HandInAgain();
        HandOutAgain();
        Settle();
        if (_lastHeard > 0)
            Context.Parent.Tell(new SdsConversation.Reopened(DateTimeOffset.FromUnixTimeMilliseconds(_lastHeard)), Self);
    }

    void HandInAgain()
    {
        Context.Parent.Tell(SdsConversation.InStep.Instance, Self);
        var untaken = _untaken.Values.Order(SdsMessage.AgreedOrder).ToList();
        foreach (var chunk in untaken.Concat(_sds.WaitingMessages))
            Context.Parent.Tell(new SdsConversation.Accepted(chunk), Self);
        foreach (var chunk in untaken)
            Context.Parent.Tell(new SdsConversation.InOrder(chunk), Self);
    }

    // A snapshot may hold changes whose events come after it: they change nothing the second time.
    void SaveSometimes()
    {
        if (LastSequenceNr - _snapshotAt < SnapshotInterval)
            return;
        _snapshotAt = LastSequenceNr;
        SaveSnapshot(new SdsJournal.Snapshot(_sds.TakeSnapshot(), _requests.Snapshot(), [.. _untaken.Values]));
    }
}

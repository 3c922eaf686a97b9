using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Sending.Stored;

namespace LogosActors.Delivery.Sending;

/// <summary>What survives the process: requests that have not ended.</summary>
internal sealed partial class SendsActor
{
    /// <summary>The most requests of one event.</summary>
    const int MaxPerEvent = 256;

    /// <summary>The most bytes of one event, beside its last request.</summary>
    const int MaxBytesPerEvent = 1024 * 1024;

    /// <summary>The history is shortened after this many obsolete events.</summary>
    const int DeletionInterval = 1024;

    readonly Queue<OutgoingSend> _toStore = new();
    readonly List<OutgoingSend> _toEnd = [];
    readonly Queue<(RequestId Request, long SequenceNr)> _order = new();
    readonly Dictionary<RequestId, (QueuedSend Send, long SequenceNr)> _recovered = [];
    bool _isWriting;
    long _deleted;

    bool IsStored(Sends.Send send) => send.IsJournalled && _settings.Persistence is not null;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SendsChanged changed:
                foreach (var queued in changed.Queued)
                {
                    var request = new RequestId(queued.Request);
                    _recovered[request] = (queued, LastSequenceNr);
                    _order.Enqueue((request, LastSequenceNr));
                }
                foreach (var ended in changed.Ended)
                    _recovered.Remove(new RequestId(ended));
                break;
            case RecoveryCompleted:
                foreach (var (queued, sequenceNr) in _recovered.Values)
                    Add(Traced(StoredSends.ToSend(queued, Now)), sequenceNr);
                _recovered.Clear();
                // Behind what the last incarnation has left, if there was one: that knows more.
                Self.Tell(GoOn.Instance);
                break;
        }
    }

    /// <summary>Goes on with the requests of an earlier process.</summary>
    void KeepRecovered()
    {
        foreach (var send in _requests.Values.Where(send => send is { Stage: SendStage.Storing, SequenceNr: > 0 }).ToList())
            Keep(send, outcome: null);
    }

    OutgoingSend Add(Sends.Send send, long sequenceNr)
    {
        var request = new OutgoingSend(send) { Stage = SendStage.Storing, SequenceNr = sequenceNr };
        if (_requests.TryAdd(send.Request, request))
            _intake.Count();
        else
            _requests[send.Request] = request;
        return request;
    }

    void Store(OutgoingSend send)
    {
        send.Stage = SendStage.Storing;
        BeginStep(send, Spans.SendStore);
        send.ToStore = StoredSends.From(send.Send);
        _toStore.Enqueue(send);
        Write();
    }

    void StoreEnd(OutgoingSend send)
    {
        send.Stage = SendStage.Ending;
        BeginStep(send, Spans.SendStore);
        _toEnd.Add(send);
        Write();
    }

    /// <summary>Writes what has come since the last write, as one event.</summary>
    void Write()
    {
        if (_isWriting || _toStore.Count + _toEnd.Count == 0)
            return;
        _isWriting = true;
        var changed = new SendsChanged();
        var stored = new List<OutgoingSend>();
        for (var bytes = 0; stored.Count < MaxPerEvent && bytes < MaxBytesPerEvent && _toStore.TryDequeue(out var send); stored.Add(send))
        {
            bytes += send.ToStore!.Message.Length;
            changed.Queued.Add(send.ToStore);
            send.ToStore = null;
        }
        OutgoingSend[] ended = [.. _toEnd];
        _toEnd.Clear();
        changed.Ended.AddRange(ended.Select(send => send.Send.Request.Value));
        _writing = (stored, ended);
        PersistAsync(changed, _ => Written(stored, ended));
    }

    /// <summary>Stores that nothing has changed, when nothing else is to be stored and the last write has failed, of whichever actor: so the node
    /// finds out by itself that its journal works again.</summary>
    void TryJournal()
    {
        if (_isWriting || _settings.Persistence is null || JournalStatus.Problem is null)
            return;
        _isWriting = true;
        PersistAsync(new SendsChanged(), _ => Written([], []));
    }

    (IReadOnlyList<OutgoingSend> Stored, IReadOnlyList<OutgoingSend> Ended) _writing = ([], []);

    void Written(List<OutgoingSend> stored, OutgoingSend[] ended)
    {
        _isWriting = false;
        _writing = ([], []);
        foreach (var send in stored)
        {
            send.SequenceNr = LastSequenceNr;
            _order.Enqueue((send.Send.Request, LastSequenceNr));
            if (send.Send.Answer?.TrySetResult(send.Send.Request) == false)
                EndRefused(send);
            else if (!_isClosed)
                AnswerAndPublish(send);
        }
        foreach (var send in ended)
            SayEnd(send);
        Shorten();
        Write();
        CloseIfWritten();
    }

    /// <summary>Its sender has received meanwhile that it was not stored.</summary>
    void EndRefused(OutgoingSend send)
    {
        _underWay--;
        send.IsRefused = true;
        StoreEnd(send);
    }

    /// <summary>Serialization failed: nothing of the event is stored, and what came with it never will be.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Log.Error(cause, "The journal has rejected requests to send");
        var (stored, ended) = _writing;
        _isWriting = false;
        _writing = ([], []);
        foreach (var send in stored)
        {
            _underWay--;
            _requests.Remove(send.Send.Request);
            send.Stage = SendStage.Ended;
            EndStep(send, cause.Message);
            SendTrace.End(send.Send.Trace, "refused", cause.Message, Time);
            _intake.Release(1);
            send.Send.Answer?.TrySetResult(SendIntake.NotStored(cause.Message));
        }
        // Written again at the next sweep, without what was rejected beside them.
        _toEnd.AddRange(ended);
    }

    void Shorten()
    {
        while (_order.TryPeek(out var oldest) && !(_requests.TryGetValue(oldest.Request, out var send) && send.SequenceNr == oldest.SequenceNr))
            _order.Dequeue();
        var obsolete = (_order.TryPeek(out var first) ? first.SequenceNr : LastSequenceNr + 1) - 1;
        if (obsolete - _deleted < DeletionInterval)
            return;
        _deleted = obsolete;
        DeleteMessages(obsolete);
    }

    void CloseIfWritten()
    {
        if (!_isClosed || _isWriting || _closer is not { } closer)
            return;
        _closer = null;
        // What is left is in the journal, for the next start.
        _intake.Release(_requests.Count);
        LeaveTraces("left in the journal", endRequests: true);
        _requests.Clear();
        closer.Tell(Sends.Closed.Instance);
    }

    /// <summary>What the next incarnation must know: what is not stored, and of what is stored the little that is not.</summary>
    Sends.Left? Leave()
    {
        if (_requests.Count + _waiting.Count == 0)
            return null;
        var left = _requests.Values
            .Select(send => new Sends.LeftRequest(
                send.Send with { IsCounted = false }, IsAccepted: send.Stage is not SendStage.Storing, send.IsPropagated,
                send.Stage is SendStage.Ending ? send.End : SendEnd.None, send.IsRefused))
            .ToList();
        LeaveTraces("interrupted", endRequests: false);
        _intake.Release(_requests.Count + _waiting.Count);
        left.AddRange(_waiting.Select(send =>
        {
            _intake.Begun(send);
            return new Sends.LeftRequest(send with { IsCounted = false }, IsAccepted: false, IsPropagated: false, SendEnd.None);
        }));
        _requests.Clear();
        _waiting.Clear();
        return new Sends.Left(left);
    }

    void Adopt(Sends.Left left)
    {
        foreach (var request in left.Requests)
        {
            var send = request.Send;
            var isStored = _requests.TryGetValue(send.Request, out var recovered);
            if (isStored && recovered!.Stage is not SendStage.Storing)
            {
                Repeat(recovered, send);
                continue;
            }
            if (request.IsRefused && !isStored)
                continue;
            if (!request.IsAccepted && !isStored)
            {
                _intake.Count();
                _underWay++;
                var again = new OutgoingSend(send);
                _requests.Add(send.Request, again);
                if (IsStored(send))
                    Store(again);
                else
                    AnswerAndPublish(again);
                continue;
            }
            var adopted = Add(send, recovered?.SequenceNr ?? 0);
            adopted.IsPropagated = request.IsPropagated;
            adopted.IsRefused = request.IsRefused || (!request.IsAccepted && send.Answer?.TrySetResult(send.Request) == false);
            if (adopted.IsRefused)
                StoreEnd(adopted);
            else if (request.End is SendEnd.None)
                Keep(adopted, outcome: null);
            else if (isStored)
                End(adopted, request.End);
            else
                SayStoredEnd(adopted, request.End);
        }
    }

    /// <summary>The end was stored, though nobody has heard of it.</summary>
    void SayStoredEnd(OutgoingSend send, SendEnd end)
    {
        send.End = end;
        SayEnd(send);
    }

    /// <summary>Goes on with the requests of an earlier process, after what the last incarnation has left.</summary>
    sealed record GoOn
    {
        public static readonly GoOn Instance = new();
    }
}

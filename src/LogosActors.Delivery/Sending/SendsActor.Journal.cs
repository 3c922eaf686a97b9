using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Sending;

internal sealed partial class SendsActor
{
    /// <summary>How long a journal that fails holds up the end of a request. After it the end is told, and perhaps again after a restart of the node.</summary>
    static readonly TimeSpan EndingWait = TimeSpan.FromSeconds(5);

    static readonly TimeSpan JournalRestartWait = TimeSpan.FromSeconds(1);

    readonly StageWatch _storing = new(SendStage.Storing, NodeEnvironment.AnswerTimeout);
    readonly StageWatch _ending = new(SendStage.Ending, EndingWait);
    ActorRef? _journal;

    void StartJournal()
    {
        if (_settings.JournalId is not { } id)
            return;
        var self = Self;
        _journal = Context.Spawn(Props.Create(() => new SendJournalActor(id, self)));
        Context.Watch(_journal);
    }

    void ReceiveFromJournal(object message)
    {
        switch (message)
        {
            case SendJournal.Stored stored:
                Stored(stored.Request);
                break;
            case SendJournal.Removed removed:
                if (_sends.Taken.TryGetValue(removed.Request, out var ended) && ended.Stage is SendStage.Ending)
                    TellEnd(ended);
                break;
            case SendJournal.Rejected rejected:
                if (_sends.Taken.TryGetValue(rejected.Request, out var send) && send.Stage is SendStage.Storing)
                    Refuse(send, rejected.Reason);
                break;
            case SendJournal.Recovered recovered when Sender == _journal:
                Compare(recovered.Sends);
                break;
            case SendJournal.Recovered:
                break;
            case Terminated terminated when terminated.Actor == _journal:
                Context.StartSingleTimer(RestartJournal.Instance, RestartJournal.Instance, JournalRestartWait);
                break;
            case RestartJournal:
                StartJournal();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Store(OutgoingSend send)
    {
        _storing.Enter(send, _sends.Now);
        _journal!.Tell(new SendJournal.Store(send.Request, send.Shard, send.Message), Self);
    }

    void Stored(RequestId request)
    {
        if (!_sends.Taken.TryGetValue(request, out var send))
            _journal!.Tell(new SendJournal.Remove(request), Self);
        else if (send.Stage is SendStage.Storing)
            Publish(send);
    }

    void StoreEnd(OutgoingSend send)
    {
        _ending.Enter(send, _sends.Now);
        _journal!.Tell(new SendJournal.Remove(send.Request), Self);
    }

    /// <summary>The journal has started: adopts what an earlier run of the node has left, or does again what its failure may have cost.</summary>
    void Compare(IReadOnlyList<SendJournal.SendQueued> queued)
    {
        var stored = new HashSet<RequestId>();
        foreach (var earlier in queued)
        {
            stored.Add(earlier.Request);
            if (!_sends.HasRecovered && !_sends.Taken.ContainsKey(earlier.Request))
                Adopt(earlier);
            else
                Stored(earlier.Request);
        }
        _sends.HasRecovered = true;
        foreach (var send in _sends.Taken.Values.ToArray())
        {
            if (send.Stage is SendStage.Storing)
                _journal!.Tell(new SendJournal.Store(send.Request, send.Shard, send.Message), Self);
            else if (send.Stage is SendStage.Ending && stored.Contains(send.Request))
                _journal!.Tell(new SendJournal.Remove(send.Request), Self);
            else if (send.Stage is SendStage.Ending)
                TellEnd(send);
        }
    }

    void Adopt(SendJournal.SendQueued earlier)
    {
        var hash = MessageHash.Compute(earlier.Shard.ToString(), earlier.Message);
        var send = new OutgoingSend(earlier.Request, earlier.Shard, hash, earlier.Message, _sends.Now);
        _sends.Adopt(send);
        Keep(send, outcome: null);
    }

    void Refuse(OutgoingSend send, string reason)
    {
        _underWay--;
        _sends.Remove(send);
        send.Answer?.TrySetResult(new SendError(SendErrorKind.NotStored, $"The message could not be stored, and was not sent: {reason}"));
    }

    void TakeOverdueOfJournal(TimeSpan now)
    {
        while (_storing.TryTakeOverdue(now, out var send))
            Refuse(send, "the journal does not answer.");
        while (_ending.TryTakeOverdue(now, out var send))
            TellEnd(send);
    }

    sealed record RestartJournal
    {
        public static readonly RestartJournal Instance = new();
    }
}

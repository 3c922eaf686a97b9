using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Sending;

/// <summary>Collects the messages that wait for a store's word, and asks for many at once (P2P-RELIABILITY §Store-based reliability for publishing).</summary>
/// <remarks>
/// <para>While no store answers, or they want to be asked less often, questions wait, and are put again at growing intervals. When more come
/// than stores answer, the oldest are given up (<see cref="Presence.Unasked"/>): those that wait for half of the request's time-out, and all
/// above half of <see cref="SendingOptions.MaxUnfinished"/>, so that they leave room for further requests.</para>
/// <para>Parent: <see cref="SendsActor"/>, one-for-one, restart with backoff. A failure costs the questions that wait; the parent asks again
/// after <see cref="SendProgress.ConfirmAnswerWait"/>.</para>
/// </remarks>
internal sealed class ConfirmationActor(StorePresence stores, SendingOptions options) : SupervisedActor, IWithTimers
{
    /// <summary>How many queries are under way at a time.</summary>
    const int MaxQueries = 4;

    /// <summary>As many questions as this wait until their request's time-out, if need be: the next queries take them all.</summary>
    const int FewQuestions = MaxQueries * ArchiveQuery.MaxLimit;

    /// <summary>How long one query may take, dialling included.</summary>
    static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long nobody is asked after no store has answered; twice as long each time that the next query has no answer either.</summary>
    static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    readonly TimeSpan _longestPause = 4 * options.ConfirmationInterval;
    readonly TimeSpan _longestWait = options.Timeout / 2;
    readonly int _mostWaiting = options.MaxUnfinished / 2;
    readonly Dictionary<MessageHash, OutgoingSend> _asked = [];
    readonly PriorityQueue<MessageHash, TimeSpan> _waiting = new();
    TimeSpan _pause = ShortestPause;
    TimeSpan _pausedAt;
    bool _isPaused;
    int _queries;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(StorePresence stores, SendingOptions options) => Akka.Actor.Props.Create(() => new ConfirmationActor(stores, options));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Confirmation.Ask ask:
                Add(ask);
                break;
            case Due:
                AskStores();
                break;
            case Answered answered:
                _queries--;
                Accept(answered);
                AskStores();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Add(Confirmation.Ask ask)
    {
        var isNew = !_asked.ContainsKey(ask.Hash);
        _asked[ask.Hash] = ask.Send;
        if (!isNew)
            return;
        _waiting.Enqueue(ask.Hash, Now);
        GiveUpOldest();
        WaitForDue();
    }

    void AskStores()
    {
        GiveUpOldest();
        while (_queries < MaxQueries && TimeToDue() == TimeSpan.Zero)
        {
            var batch = new List<Question>();
            while (batch.Count < ArchiveQuery.MaxLimit && TimeToDue() == TimeSpan.Zero && _waiting.TryDequeue(out var hash, out var since))
                batch.Add(new Question(hash, since));
            _queries++;
            PipeToSelf(AskAsync(batch, Time));
        }
        WaitForDue();
    }

    /// <summary>The oldest question is the next to be due. While all queries are under way, their ends go on.</summary>
    void WaitForDue()
    {
        if (_queries < MaxQueries && !Timers.IsTimerActive(Due.Instance) && TimeToDue() is { } wait)
            Timers.StartSingleTimer(Due.Instance, Due.Instance, wait);
    }

    /// <summary>How long until somebody is to be asked; null: there are no questions.</summary>
    TimeSpan? TimeToDue()
    {
        if (!_waiting.TryPeek(out _, out var since))
            return null;
        var wait = since + options.ConfirmationInterval - Now;
        var pause = _isPaused ? _pausedAt + _pause - Now : TimeSpan.Zero;
        var longer = wait > pause ? wait : pause;
        return longer > TimeSpan.Zero ? longer : TimeSpan.Zero;
    }

    void GiveUpOldest()
    {
        while (_waiting.TryPeek(out var hash, out var since)
            && (_waiting.Count > _mostWaiting || (_waiting.Count > FewQuestions && Now - since >= _longestWait)))
        {
            _waiting.Dequeue();
            Answer(hash, Presence.Unasked);
        }
    }

    async Task<Answered> AskAsync(List<Question> batch, TimeProvider time)
    {
        try
        {
            using var late = new CancellationTokenSource(QueryTimeout, time);
            return new Answered(batch, await stores.FindAsync([.. batch.Select(question => question.Hash)], late.Token), Failure: null);
        }
#pragma warning disable CA1031 // whatever a store or the way to it does, the question has no answer, and is asked again
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Answered(batch, null, e);
        }
    }

    void Accept(Answered answered)
    {
        if (answered.Failure is { } failure)
            Log.Debug("A store was asked for {0} messages in vain: {1}", answered.Batch.Count, failure.Message);
        if (answered.Found is not { } found)
        {
            _waiting.EnqueueRange(answered.Batch.Select(question => (question.Hash, question.Since)));
            Pause();
            return;
        }
        _isPaused = false;
        if (_waiting.Count <= FewQuestions)
            _pause = ShortestPause;
        foreach (var question in answered.Batch)
            Answer(question.Hash, found.Contains(question.Hash) ? Presence.Present : Presence.Absent);
    }

    void Pause()
    {
        // Several queries may have been under way: they count as one.
        if (_isPaused && Now - _pausedAt < _pause)
            return;
        if (_isPaused)
            _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        (_isPaused, _pausedAt) = (true, Now);
    }

    void Answer(MessageHash hash, Presence presence)
    {
        if (_asked.Remove(hash, out var send))
            Context.Parent.Tell(new Confirmation.Answer(send, presence));
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Question(MessageHash Hash, TimeSpan Since);

    sealed record Answered(List<Question> Batch, IReadOnlySet<MessageHash>? Found, Exception? Failure);

    sealed record Due
    {
        public static readonly Due Instance = new();
    }
}

using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>What the <see cref="SendsActor"/> works with.</summary>
/// <param name="Options">Of the node.</param>
/// <param name="Intake">Counts the requests.</param>
/// <param name="Events">Publishes what happens to them.</param>
/// <param name="Stores">How stores are asked.</param>
/// <param name="Persistence">Where requests are stored; null: nowhere.</param>
/// <param name="PersistenceId">Names their history.</param>
/// <param name="Router">Publishes messages.</param>
/// <param name="Subscriptions">Subscribes to what is sent on.</param>
internal sealed record SendsSettings(
    NodeOptions Options, SendIntake Intake, EventPublisher<MessagingEvent> Events, StorePresence Stores, PersistencePlugins? Persistence,
    string PersistenceId, IActorRef Router, IActorRef Subscriptions);

/// <summary>Keeps requests to send until they end, each in one event.</summary>
/// <remarks>
/// <para>Parent: <see cref="NodeActor"/>. An exception, which is one message's, costs that message: the actor resumes with its state, a request
/// whose turn it was goes on when it is due, and at the latest <see cref="Grace"/> after its time-out it ends. Child: the
/// <see cref="ConfirmationActor"/>, one-for-one, restart with backoff.</para>
/// <para>Where the node has a journal, a request is stored before its sender has an answer and its message leaves, and its end before it is
/// said; what is ephemeral or stored by a layer above is not. Facts that come while a write is under way share the next event. A write or a
/// recovery that fails stops the actor: its parent keeps up to 1,000 messages, creates it again with backoff (100 ms … 10 s), gives it the
/// requests that the last one has left (<see cref="Sends.Left"/>), and refuses what is beyond as <see cref="SendErrorKind.NotStored"/>.
/// Nothing is lost, but requests stand still until the journal is back. The history begins at the oldest request that has not ended;
/// there are no snapshots.</para>
/// </remarks>
internal sealed partial class SendsActor : SupervisedPersistentActor, IWithTimers
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>More entries than this, and more than twice as many as requests: most of them are of requests that have ended.</summary>
    const int FewDue = 4096;

    readonly SendsSettings _settings;
    readonly SendIntake _intake;
    readonly SendingOptions _options;
    readonly Dictionary<RequestId, OutgoingSend> _requests = [];
    readonly Queue<Sends.Send> _waiting = new();
    readonly PriorityQueue<OutgoingSend, TimeSpan> _due = new();
    readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
    IActorRef? _confirmation;
    TimeSpan? _timer;
    TimeSpan? _pausedAt;
    int _underWay;
    int _kept;
    IActorRef? _closer;
    bool _isClosed;

    public SendsActor(SendsSettings settings)
        : base(settings.Persistence ?? PersistencePlugins.Memory)
    {
        (_settings, _intake, _options) = (settings, settings.Intake, settings.Options.Sending);
        PersistenceId = settings.PersistenceId;
    }

    /// <summary>How long after the time-out a request ends that has not ended by itself, because its turn fails again and again.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(SendsSettings settings) => Akka.Actor.Props.Create(() => new SendsActor(settings));

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart()
    {
        base.PreStart();
        _confirmation = Context.ActorOf(ConfirmationActor.Props(_settings.Stores, _options), "confirmation");
        Timers.StartPeriodicTimer(Sweep.Instance, Sweep.Instance, SweepInterval);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        if (Leave() is { } left)
            Self.Tell(left);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        if (Leave() is { } left)
            Context.Parent.Tell(left);
        base.PostStop();
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Gossip.PublishedTagged { Tag: OutgoingSend send } published:
                Published(send, published);
                break;
            case Gossip.PublishedTagged:
                break;
            case LightpushClient.Unknown { Tag: OutgoingSend send }:
                PublishedPerhaps(send);
                break;
            case Sends.Send send:
                AcceptOrRefuse(send);
                break;
            case Confirmation.Answer answer:
                if (answer.Send.Stage is SendStage.Kept && IsCurrent(answer.Send))
                {
                    EndConfirm(answer.Send, answer.Presence);
                    Run(answer.Send, answer.Send.Progress!.Answered(answer.Presence, Now));
                }
                break;
            case Sends.Pause:
                _pausedAt ??= Now;
                break;
            case Sends.Resume:
                Resume();
                break;
            case Due:
                RunDue();
                break;
            case Sweep:
                RunDue();
                EndOverdue();
                Write();
                TryJournal();
                break;
            case RoomDue:
                TryForRoom();
                break;
            case Sends.Unsubscribed unsubscribed:
                _subscribed.Remove(unsubscribed.Topic);
                break;
            case Subscriptions.Answer:
                break;
            case Sends.Left left:
                Adopt(left);
                break;
            case GoOn:
                KeepRecovered();
                break;
            case Sends.Close:
                Close(Sender);
                break;
            case DeleteMessagesSuccess:
                break;
            case DeleteMessagesFailure failed:
                Log.Warning(failed.Cause, "The history of requests to send was not shortened; that is tried again");
                _deleted = 0;
                break;
            default:
                Unhandled(message);
                break;
        }
        while (_underWay < SendIntake.Window && _waiting.TryDequeue(out var next))
            Begin(next);
    }

    /// <summary>A message that makes this actor fail is refused, so that it ends all the same.</summary>
    void AcceptOrRefuse(Sends.Send send)
    {
        try
        {
            Accept(send);
        }
        catch (Exception e)
        {
            if (_requests.Remove(send.Request))
                _underWay--;
            _intake.Refuse(send, SendIntake.NotStored(e.Message), _settings.Events.Publish, isCounted: true);
            throw;
        }
    }

    void Accept(Sends.Send send)
    {
        if (_isClosed)
            _intake.Refuse(send, SendIntake.NodeStopped, _settings.Events.Publish, send.IsCounted);
        else if (_requests.TryGetValue(send.Request, out var known))
            Repeat(known, send);
        else if (!send.IsCounted && !_intake.TryCount())
            send.Observer?.Tell(new Sends.Ended(send.Request, send.Message.Hash, _intake.TooMany.Message) { Refusal = _intake.TooMany.Kind });
        else if (_underWay < SendIntake.Window)
            Begin(send);
        else
            _waiting.Enqueue(send);
    }

    void Begin(Sends.Send send)
    {
        _intake.Begun(send);
        _underWay++;
        var request = new OutgoingSend(send);
        _requests.Add(send.Request, request);
        if (IsStored(send))
            Store(request);
        else
            AnswerAndPublish(request);
    }

    /// <summary>A request came again, since the answer to it was lost with the last incarnation.</summary>
    void Repeat(OutgoingSend known, Sends.Send send)
    {
        _intake.Begun(send);
        if (send.IsCounted)
            _intake.Release(1);
        if (known.Stage is not SendStage.Storing)
            send.Answer?.TrySetResult(send.Request);
    }

    void AnswerAndPublish(OutgoingSend send)
    {
        send.Send.Answer?.TrySetResult(send.Send.Request);
        Subscribe(send.Send);
        Publish(send);
    }

    /// <summary>Publishes for the first time. Nothing is made for what comes later: most requests are at their end when the answer comes.</summary>
    void Publish(OutgoingSend send)
    {
        (send.Stage, send.Since) = (SendStage.Publishing, Now);
        Publish(send, isRepeat: false);
    }

    void Publish(OutgoingSend send, bool isRepeat)
    {
        var message = send.Send.Message;
        BeginStep(send, Spans.Publish);
        _settings.Router.Tell(new RelayTopics.Publish(message.Shard, message.Hash, message.Message, send, isRepeat) { Span = send.Step });
    }

    void Published(OutgoingSend send, Gossip.PublishedTagged published)
    {
        if (!IsCurrent(send) || send.Stage is not (SendStage.Publishing or SendStage.Kept))
            return;
        var outcome = published.Outcome;
        EndPublish(send, published);
        if (send.Stage is SendStage.Kept)
            Run(send, send.Progress!.Published(outcome, _settings.Stores.CanAsk(), Now));
        else if (outcome is PublishOutcome.Congested)
            WaitForRoom(send);
        else if (outcome is PublishOutcome.Sent or PublishOutcome.Duplicate && (send.Send.Message.Message.IsEphemeral || !_settings.Stores.CanAsk()))
        {
            _underWay--;
            Propagate(send);
            End(send, SendEnd.Sent);
        }
        else
        {
            _underWay--;
            Keep(send, outcome);
        }
    }

    void PublishedPerhaps(OutgoingSend send)
    {
        if (!IsCurrent(send) || send.Stage is not (SendStage.Publishing or SendStage.Kept))
            return;
        if (send.Stage is SendStage.Publishing)
        {
            _underWay--;
            StartProgress(send);
        }
        Run(send, send.Progress!.PublishedPerhaps(_settings.Stores.CanAsk(), Now));
    }

    /// <summary>Whether a request is this incarnation's.</summary>
    bool IsCurrent(OutgoingSend send) => _requests.TryGetValue(send.Send.Request, out var known) && ReferenceEquals(known, send);

    /// <summary>Goes on with a request that its first publish has not ended.</summary>
    void Keep(OutgoingSend send, PublishOutcome? outcome)
    {
        var progress = StartProgress(send);
        var canConfirm = _settings.Stores.CanAsk();
        Run(send, outcome is { } known ? progress.Published(known, canConfirm, Now) : progress.Begin(canConfirm, Now));
    }

    SendProgress StartProgress(OutgoingSend send)
    {
        _kept++;
        send.Stage = SendStage.Kept;
        return send.Progress = new SendProgress(_options, send.Send.Message.Message.IsEphemeral, send.Send.Message.Accepted, send.IsPropagated);
    }

    void Run(OutgoingSend send, SendEffects effects)
    {
        if (effects.HasFlag(SendEffects.Propagated))
            Propagate(send);
        if (effects.HasFlag(SendEffects.Publish))
            Publish(send, isRepeat: true);
        if (effects.HasFlag(SendEffects.Confirm))
        {
            BeginStep(send, Spans.Confirm);
            _confirmation!.Tell(new Confirmation.Ask(send.Send.Message.Hash, send));
        }
        if (effects.HasFlag(SendEffects.End))
            End(send, send.Progress!.End);
        else
            Wake(send, send.Progress!.Wake);
    }

    void Wake(OutgoingSend send, TimeSpan at)
    {
        if (send.Wake == at)
            return;
        send.Wake = at;
        if (_due.Count > FewDue && _due.Count > 2 * _kept)
        {
            _due.Clear();
            foreach (var kept in _requests.Values.Where(kept => kept.Stage is SendStage.Kept))
                _due.Enqueue(kept, kept.Wake);
        }
        else
        {
            _due.Enqueue(send, at);
        }
        StartTimer();
    }

    void StartTimer()
    {
        if (!_due.TryPeek(out _, out var first) || first >= _timer)
            return;
        _timer = first;
        var wait = first - Now;
        Timers.StartSingleTimer(Due.Instance, Due.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    void Resume()
    {
        if (_pausedAt is not { } pausedAt)
            return;
        _pausedAt = null;
        var now = Now;
        foreach (var send in _requests.Values)
        {
            // What was accepted meanwhile has waited for less.
            var from = send.Send.Message.Accepted > pausedAt ? send.Send.Message.Accepted : pausedAt;
            send.Shift(now - from, now);
            if (send.Stage is SendStage.Kept)
                Wake(send, send.Progress!.Wake);
        }
        RunDue();
    }

    void RunDue()
    {
        _timer = null;
        if (_pausedAt is not null)
            return;
        while (_due.TryPeek(out var send, out var at) && at <= Now)
        {
            _due.Dequeue();
            if (send.Stage is SendStage.Kept && send.Wake == at && IsCurrent(send))
                Run(send, send.Progress!.Tick(Now));
        }
        StartTimer();
    }

    /// <summary>Goes on with what an answer was lost of, and ends what does not end by itself.</summary>
    void EndOverdue()
    {
        if (_pausedAt is not null)
            return;
        foreach (var send in _requests.Values.Where(IsOverdue).ToList())
        {
            if (send.Stage is SendStage.Publishing)
            {
                _underWay--;
                Keep(send, outcome: null);
            }
            else
            {
                End(send, send.IsPropagated ? SendEnd.Sent : SendEnd.NoPeers);
            }
        }
    }

    bool IsOverdue(OutgoingSend send) => send.Stage switch
    {
        SendStage.Publishing => Now - send.Since >= SendProgress.PublishAnswerWait,
        SendStage.Kept => Now - send.Send.Message.Accepted >= _options.Timeout + Grace,
        _ => false,
    };

    void Propagate(OutgoingSend send)
    {
        if (send.IsPropagated)
            return;
        send.IsPropagated = true;
        send.Send.Trace?.AddEvent(new ActivityEvent(SpanTags.Propagated, Time.GetUtcNow()));
        var (request, hash) = (send.Send.Request, send.Send.Message.Hash);
        if (send.Send.Observer is { } observer)
            observer.Tell(new Sends.Propagated(request, hash));
        else
            _settings.Events.Publish(new MessagePropagated(request, hash));
    }

    void End(OutgoingSend send, SendEnd end)
    {
        if (send.Stage is SendStage.Kept)
            _kept--;
        send.End = end;
        if (IsStored(send.Send))
            StoreEnd(send);
        else
            SayEnd(send);
    }

    void SayEnd(OutgoingSend send)
    {
        send.Stage = SendStage.Ended;
        if (_requests.Remove(send.Send.Request))
            _intake.Release(1);
        EndTrace(send);
        if (send.IsRefused)
            return;
        var (request, hash, error) = (send.Send.Request, send.Send.Message.Hash, send.Error(_options.Timeout));
        if (send.Send.Observer is { } observer)
            observer.Tell(new Sends.Ended(request, hash, error));
        else
            _settings.Events.Publish(error is null ? new MessageSent(request, hash, send.End is SendEnd.Stored) : new MessageError(request, hash, error));
    }

    /// <summary>The first message on a content topic subscribes to it (MESSAGING-API §Messaging).</summary>
    void Subscribe(Sends.Send send)
    {
        if (send.Observer is not null || send.Message.Topic is not { } topic || _subscribed.Contains(topic.Text))
            return;
        // More topics than can be subscribed to need not be remembered.
        if (_subscribed.Count >= _settings.Options.Receiving.MaxContentTopics)
            _subscribed.Clear();
        _subscribed.Add(topic.Text);
        _settings.Subscriptions.Tell(new Subscriptions.Subscribe(topic, send.Message.Shard));
    }

    void Close(IActorRef closer)
    {
        (_isClosed, _closer) = (true, closer);
        while (_waiting.TryDequeue(out var send))
            _intake.Refuse(send, SendIntake.NodeStopped, _settings.Events.Publish, isCounted: true);
        foreach (var send in _requests.Values.Where(send => !IsStored(send.Send)).ToList())
            End(send, send.IsPropagated ? SendEnd.Sent : SendEnd.Stopped);
        CloseIfWritten();
    }

    sealed record Due
    {
        public static readonly Due Instance = new();
    }

    sealed record Sweep
    {
        public static readonly Sweep Instance = new();
    }
}

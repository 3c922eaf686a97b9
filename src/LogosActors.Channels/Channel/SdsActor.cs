using Akka.Actor;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Channels.Records;

namespace LogosActors.Channels.Channel;

/// <summary>The one owner of what a channel keeps: SDS buffers, segmentation, requests to send, and what the application has handled.</summary>
/// <remarks>
/// <para>Parent: <see cref="ChannelActor"/>. Inputs are decided on at once and committed in small batches, as one event, before anything of them leaves: what
/// was sent, acknowledged or raised survives. Facts that come while a batch is open share its commit.</para>
/// <para>An exception costs the message that was being handled; the actor restarts (backoff 10 ms … 5 s) with its mailbox, replays its history,
/// sends again what had not gone out, and raises again what was not handled. A write or recovery that fails stops it: its parent keeps up to 1,000
/// messages, creates it again with backoff, and answers NotStored beyond. A request whose write has failed is answered by the next
/// incarnation, which knows whether it was stored.</para>
/// <para>Snapshots replace what they cover: events and older snapshots are deleted when one is saved.</para>
/// </remarks>
internal sealed partial class SdsActor : SupervisedPersistentActor, IWithTimers
{
    /// <summary>How many inputs share a commit at most.</summary>
    const int MaxBatch = 256;

    /// <summary>How many bytes they have at most.</summary>
    const long MaxBatchBytes = 1 << 20;

    /// <summary>How often the actor may fail while it handles a request before that is refused.</summary>
    const int MaxFailures = 2;

    /// <summary>How long what the application has handled waits for other changes before it is committed by itself.</summary>
    static readonly TimeSpan HandledDelay = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    /// <summary>The clock may jump: it is looked at once a day.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    readonly ChannelSettings _settings;
    readonly ChannelMachine _machine;
    readonly Queue<Batch> _uncommitted = new();
    readonly Queue<Told> _unpublished = new();
    List<(Conversation.Send Send, IActorRef Sender)>? _requests;
    DateTimeOffset? _scheduled;
    int _inputs;
    bool _isFlushing;

    public SdsActor(ChannelSettings settings)
        : base(settings.Persistence)
    {
        _settings = settings;
        _machine = new ChannelMachine(settings.Options, Context.System.Random());
    }

    public override string PersistenceId => _settings.PersistenceId;

    public ITimerScheduler Timers { get; set; } = null!;

    DateTimeOffset SteadyNow => _settings.Clock.Now;

    public static Props Props(ChannelSettings settings) => Akka.Actor.Props.Create(() => new SdsActor(settings));

    protected override void PreRestart(Exception reason, object message)
    {
        // What was under way is decided on by what comes next; it knows what is stored.
        var left = LeaveRequests();
        foreach (var (send, sender) in left)
            Again(send, sender, isFailed: ReferenceEquals(send, message));
        if (message is Conversation.Send failed && !left.Exists(request => ReferenceEquals(request.Send, failed)))
            Again(failed, Sender, isFailed: true);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        if (LeaveRequests() is { Count: > 0 } left)
            Context.Parent.Tell(new Conversation.Unanswered(left));
        LeaveTraces();
        base.PostStop();
    }

    protected override void OnCommand(object message)
    {
        _machine.TellsProgress = _settings.Events.WantsProgress;
        _machine.WallLead = _settings.Clock.WallLead;
        switch (message)
        {
            case Conversation.Incoming incoming:
                Receive(incoming);
                break;
            case Conversation.Send send:
                Send(send);
                break;
            case Conversation.Dispatched dispatched:
                _machine.Dispatched(dispatched.MessageId, dispatched.Hash, SteadyNow);
                break;
            case Conversation.NotDispatched failed:
                _machine.NotDispatched(failed.MessageId, failed.Failure, failed.Error, SteadyNow);
                break;
            case Conversation.HandledMore:
                _machine.Handled(_settings.Events.TakeHandled());
                PublishMore();
                break;
            case Conversation.EpochBegan began:
                Began(began);
                break;
            case Conversation.EpochEnded ended:
                Ended(ended);
                break;
            case Due:
                _scheduled = null;
                _machine.Tick(SteadyNow);
                break;
            case Flush:
                _isFlushing = false;
                Commit();
                return;
            case CommitHandled:
                Commit(withHandled: true);
                return;
            case Conversation.GetStatus:
                ReplyStatus();
                return;
            case Conversation.GetUnfinished:
                Sender.Tell(new Conversation.Unfinished(_machine.Unfinished));
                return;
            case Conversation.Close:
                Commit(withHandled: true);
                DeferAsync(message, _ => Context.Stop(Self));
                return;
            default:
                if (!HandlePersistence(message))
                    Unhandled(message);
                return;
        }
        Collect();
    }

    // What is in memory is not what is stored any more: a restart makes it so.
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        throw new InvalidOperationException($"The journal does not accept an event of {PersistenceId}.", cause);

    public static ChannelSendError NotStored(string reason) =>
        new(ChannelSendErrorKind.NotStored, $"The message was not stored, and is not sent: {reason}.");

    void Receive(Conversation.Incoming incoming)
    {
        _settings.Budget.Return(incoming.Size);
        // Others keep it, and send it again.
        if (_machine.PendingBytes > _settings.Options.MaxIncomingBytes && !incoming.Message.Content.IsEmpty)
        {
            _settings.Budget.Drop();
            return;
        }
        _machine.Cause = incoming.Trace;
        _machine.Receive(incoming.Message, incoming.Encoded, incoming.Dialect, incoming.Hash, SteadyNow);
        _machine.Cause = null;
    }

    void Send(Conversation.Send send)
    {
        var segmenting = SpanSource.StartChild(Spans.Segment, send.Trace, Time);
        var error = _machine.Send(send.Request, send.Payload, send.IsEphemeral, SteadyNow);
        Follow(send, segmenting, error);
        if (error is not null)
            send.Reply(error, Sender);
        else
            (_requests ??= []).Add((send, Sender));
    }

    void Again(Conversation.Send send, IActorRef sender, bool isFailed)
    {
        if (isFailed && send.Failures >= MaxFailures)
            send.Reply(NotStored("the channel fails of it"), sender);
        else
            Self.Tell(isFailed ? send with { Failures = send.Failures + 1 } : send, sender);
    }

    void ReplyStatus()
    {
        var status = _machine.StatusAt(SteadyNow);
        if (_epochActor is { } epoch)
            epoch.Forward(new Conversation.CompleteStatus(status with { WaitingForEpoch = _gate.Count }));
        else
            Sender.Tell(status with { WaitingForEpoch = _gate.Count });
    }

    /// <summary>An input was handled: what follows from it is committed with those that are in the mailbox already.</summary>
    void Collect()
    {
        if (++_inputs >= MaxBatch || _machine.ChangedBytes >= MaxBatchBytes)
        {
            Commit();
        }
        else if (!_isFlushing)
        {
            _isFlushing = true;
            Self.Tell(Flush.Instance);
        }
    }

    void Commit(bool withHandled = false)
    {
        _inputs = 0;
        var batch = new Batch(_machine.TakeEffects(), _requests);
        _requests = null;
        Schedule();
        if (_machine.HasChanges || (withHandled && _machine.HasHandled))
        {
            _uncommitted.Enqueue(batch);
            Store(batch);
            return;
        }
        if (_machine.HasHandled && !Timers.IsTimerActive(CommitHandled.Instance))
            Timers.StartSingleTimer(CommitHandled.Instance, CommitHandled.Instance, HandledDelay);
        if (batch.IsEmpty)
            return;
        _uncommitted.Enqueue(batch);
        DeferAsync(batch, Run);
    }

    void Run(Batch batch)
    {
        _uncommitted.Dequeue();
        foreach (var effect in batch.Effects)
        {
            switch (effect)
            {
                case Transmission transmission:
                    HandOut(Traced(transmission));
                    break;
                case Told told:
                    EndTrace(told.Event);
                    _unpublished.Enqueue(told);
                    break;
                default:
                    Context.Parent.Tell(effect);
                    break;
            }
        }
        if (batch.Requests is not null)
        {
            foreach (var (send, sender) in batch.Requests)
            {
                Committed(send);
                send.Reply(send.Request, sender);
            }
        }
        if (PublishMore())
            Collect();
    }

    /// <summary>Publishes what is due in its order, as long as not too much is unhandled.</summary>
    /// <returns>Whether more is handled by that.</returns>
    bool PublishMore()
    {
        if (_unpublished.Count == 0)
            return false;
        var events = _settings.Events;
        var handled = _machine.HandledNumber;
        var isKept = false;
        while (_unpublished.TryPeek(out var next) && next.Number - handled <= events.Window)
        {
            _unpublished.Dequeue();
            if (next.Number == 0)
                events.Publish(next.Event);
            else
                events.Publish(next.Number, next.Event);
            isKept |= next.Number > 0;
        }
        // Where nobody handles events, all of it is.
        if (isKept)
            _machine.Handled(events.TakeHandled());
        return _machine.HandledNumber > handled;
    }

    List<(Conversation.Send Send, IActorRef Sender)> LeaveRequests()
    {
        List<(Conversation.Send Send, IActorRef Sender)> left = [.. _uncommitted.SelectMany(static batch => batch.Requests ?? []), .. _requests ?? []];
        _uncommitted.Clear();
        _requests = null;
        return left;
    }

    void Schedule()
    {
        if (_machine.NextDeadline is not { } next || next == _scheduled)
            return;
        _scheduled = next;
        var wait = next - SteadyNow;
        Timers.StartSingleTimer(Due.Instance, Due.Instance, wait < ShortestWait ? ShortestWait : wait < LongestWait ? wait : LongestWait);
    }

    /// <summary>What is done when some inputs are stored.</summary>
    sealed record Batch(List<object> Effects, List<(Conversation.Send Send, IActorRef Sender)>? Requests)
    {
        public bool IsEmpty => Effects.Count == 0 && Requests is null;
    }

    sealed record Due
    {
        public static readonly Due Instance = new();
    }

    sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    sealed record CommitHandled
    {
        public static readonly CommitHandled Instance = new();
    }
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace LogosActors.Actors.Embedded;

/// <summary>Where an actor stands in its life. Changed only by the thread that has the actor's turn.</summary>
internal enum Phase
{
    Created,
    Running,
    Failed,
    Restarting,
    BackingOff,
    Stopping,
    Terminated,
}

/// <summary>One actor as its host sees it: address, mailbox, place in the tree, and the instance that a restart replaces.</summary>
/// <remarks>
/// Exactly one thread at a time has the actor's turn (<see cref="RunTurn"/>), so everything but the mailbox and the
/// links of the tree, which the mailbox's lock guards, needs no lock. What few actors need lives in
/// <see cref="CellExtras"/>, so that an idle actor stays small.
/// </remarks>
internal sealed partial class ActorCell : LocalRef, IThreadPoolWorkItem
{
    readonly CellContext _context;
    Mailbox _mailbox;
    Actor? _actor;
    object? _message;
    ActorRef? _sender;
    CellExtras? _extras;
    Phase _phase;
    bool _awaiting;
    bool _asynchronous;
    bool _stopRequested;

    public ActorCell(EmbeddedActorSystem system, ActorCell? parent, Props props, string name)
    {
        (System, Parent, Props, Name) = (system, parent, props, name);
        _context = new CellContext(this);
        if (props.Mailbox.IsBounded)
            _mailbox.Bound(props.Mailbox);
        // Until it has been started: others can find the cell before that.
        _mailbox.SetHeld(true);
    }

    public override EmbeddedActorSystem System { get; }

    public ActorCell? Parent { get; }

    public Props Props { get; }

    public override string Name { get; }

    public TimeProvider Clock => System.Time;

    public Dispatcher Dispatcher => System.Dispatcher;

    public override string Path => Parent?.Parent is null ? "/" + Name : Parent.Path + "/" + Name;

    public override bool HasStopped => _mailbox.IsDead;

    public ActorRef Sender => _sender ?? System.DeadLetters;

    public void ActFor(ActorRef sender) => _sender = sender;

    public Phase Phase => _phase;

    /// <summary>Whether the actor runs or waits for a thread.</summary>
    public bool IsScheduled => _mailbox.IsScheduled;

    // Watchers come from other threads, so two may ask for the extras at once.
    internal CellExtras Extras =>
        _extras ?? Interlocked.CompareExchange(ref _extras, new CellExtras(), null) ?? _extras;

    public ActorInfo Info() => new(this, _actor?.GetType() ?? Props.ActorType, State, _mailbox.Depth, _extras?.Restarts ?? 0);

    ActorState State => _phase switch
    {
        Phase.Created => ActorState.Starting,
        Phase.Failed => ActorState.Failed,
        Phase.Restarting or Phase.BackingOff => ActorState.Restarting,
        Phase.Stopping => ActorState.Stopping,
        Phase.Terminated => ActorState.Terminated,
        _ when _awaiting => _extras?.Continuation == AwaitKind.Starting ? ActorState.Starting : ActorState.Awaiting,
        _ => _mailbox.IsScheduled ? ActorState.Running : ActorState.Idle,
    };

    public override void Tell(object message, ActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message is PoisonPill)
        {
            TellSignal(message);
            return;
        }

        var envelope = Trace(new Envelope(message, sender));
        if (Props.Mailbox.IsBounded)
        {
            TellBounded(envelope, waiter: null);
            return;
        }

        if (!_mailbox.TryEnqueue(envelope, out var schedule))
            System.DeadLetter(message, sender, this, DeadLetterReason.RecipientStopped);
        else if (schedule)
            System.Dispatcher.Schedule(this);
    }

    public override ValueTask TellAsync(object message, ActorRef? sender = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Props.Mailbox is not { IsBounded: true, Overflow: MailboxOverflow.Backpressure } || message is PoisonPill)
        {
            Tell(message, sender);
            return ValueTask.CompletedTask;
        }

        cancellation.ThrowIfCancellationRequested();
        var envelope = Trace(new Envelope(message, sender));
        var waiter = new BoundedWaiter(envelope, Dispatcher);
        return TellBounded(envelope, waiter) == BoundedResult.Waiting
            ? new ValueTask(WaitForRoomAsync(waiter, cancellation))
            : ValueTask.CompletedTask;
    }

    public override void Notify(Terminated terminated) => TellSignal(terminated);

    /// <summary>Puts a signal into the user lane.</summary>
    public void TellSignal(object signal)
    {
        if (_mailbox.TryEnqueueSignal(signal, out var schedule) && schedule)
            System.Dispatcher.Schedule(this);
    }

    /// <summary>Puts a message into the system's lane; false when the actor has stopped.</summary>
    public bool TellSystem(SystemMessage message)
    {
        if (!_mailbox.TryEnqueueSystem(message, out var schedule))
            return false;
        if (schedule)
            System.Dispatcher.Schedule(this);
        return true;
    }

    /// <summary>Gives the new actor its first turn.</summary>
    public void Start()
    {
        if (Parent is not null)
            System.CountLive(1);
        if (_mailbox.TrySchedule())
            System.Dispatcher.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => ThreadPoolDispatcher.Run(this);

    /// <summary>Handles some messages, of users and of the system. True when there is more to do and the actor must be scheduled again.</summary>
    public bool RunTurn()
    {
        if (_phase == Phase.Created)
            Instantiate(restartReason: null);
        var left = System.Options.Throughput;
        if (ActorDiagnostics.MeasuresMailboxDepth)
            ActorDiagnostics.RecordMailboxDepth(this, _mailbox.Depth);
        while (left > 0)
        {
            if (IsHeld)
            {
                if (_mailbox.HasSystemMessage)
                {
                    left--;
                    RunSystem();
                }
                else if (_phase == Phase.Terminated || _mailbox.TryRestHeld())
                {
                    return false;
                }

                continue;
            }

            Envelope envelope;
            if (_extras is { Unstashed: { } unstashed } && !_mailbox.HasSystemMessage)
            {
                envelope = _extras.NextUnstashed(unstashed);
            }
            else
            {
                switch (_mailbox.Take(out envelope, out var admitted))
                {
                    case MailboxWork.None:
                        return false;
                    case MailboxWork.System:
                        left--;
                        RunSystem();
                        continue;
                }

                admitted?.Admit();
            }

            left--;
            Handle(envelope);
        }

        return true;
    }

    /// <summary>Whether messages of users must wait.</summary>
    bool IsHeld => _awaiting || _phase != Phase.Running;

    BoundedResult TellBounded(in Envelope envelope, BoundedWaiter? waiter)
    {
        var result = _mailbox.EnqueueBounded(envelope, out var schedule, out var dropped, waiter);
        if (schedule)
            System.Dispatcher.Schedule(this);
        switch (result)
        {
            case BoundedResult.Dead:
                System.DeadLetter(envelope, this, DeadLetterReason.RecipientStopped);
                break;
            case BoundedResult.Dropped:
                System.DeadLetter(dropped, this, DeadLetterReason.MailboxOverflow);
                break;
            case BoundedResult.Refused:
                throw new MailboxFullException(this, Props.Mailbox.Capacity);
        }

        return result;
    }

    async Task WaitForRoomAsync(BoundedWaiter waiter, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(
            (state, token) =>
            {
                var waiting = (BoundedWaiter)state!;
                if (_mailbox.GiveUp(waiting))
                    waiting.Cancel(token);
            },
            waiter);
        await waiter.Room.ConfigureAwait(false);
    }

    static Envelope Trace(in Envelope envelope) =>
        ActorDiagnostics.Source.HasListeners() && Activity.Current is { } activity
            ? new Envelope(new TracedMessage(envelope.Message, envelope.Sender, activity.Context), envelope.Sender)
            : envelope;

    void RunSystem()
    {
        if (_mailbox.TakeSystem() is { } message)
            message.Run(this);
    }

    IServiceProvider OpenServices()
    {
        if (!Props.IsScoped || System.Services.GetService(typeof(IServiceScopeFactory)) is not IServiceScopeFactory scopes)
            return System.Services;
        var scope = scopes.CreateAsyncScope();
        Extras.Services = scope;
        return scope.ServiceProvider;
    }
}

using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.Actors;

/// <summary>A child that stops when its journal fails: its parent creates it again and keeps its messages meanwhile.</summary>
/// <remarks>
/// <para>Akka stops a persistent actor whose write or recovery failed, and what waits in its stash and mailbox becomes dead letters. They come
/// back here, with whatever still goes to the old reference, and are sent to the next incarnation in their order. What the child had already
/// begun with (a write that failed may have been stored) is not sent again, and neither are Akka's own messages and failed tasks.</para>
/// <para>Owned by the parent, which passes every message to <see cref="TryHandle"/> first and calls <see cref="Stop"/> in its <c>PostStop</c>.
/// A parent that restarts makes a new one of the same name: the mailbox of the child is sent to the child of that one.
/// A message that another thread sends in the instant in which the mailbox is closed can be lost, as with every actor that stops.</para>
/// </remarks>
public sealed class RecreatedChild
{
    /// <summary>How many messages wait for the next incarnation unless the parent says otherwise.</summary>
    public const int DefaultCapacity = 1_000;

    readonly IActorContext _parent;
    readonly IActorRef _self;
    readonly ActorPath _path;
    readonly Props _props;
    readonly string _name;
    readonly ExponentialBackoff _backoff;
    readonly int _capacity;
    readonly Action<IActorRef> _created;
    readonly Action<object, IActorRef> _overflow;

    // What was in the mailbox precedes what was sent to the stopped child; what the parent sends until it has seen all that is behind both.
    readonly Queue<Mail> _mailbox = new();
    readonly Queue<Mail> _returned = new();
    readonly Queue<Mail> _sent = new();

    TimeSpan _createdAt;
    int _failures;
    IActorRef? _last;
    ICancelable? _timer;
    bool _isStopped;

    /// <summary>Creates the child.</summary>
    /// <param name="parent">The parent's context.</param>
    /// <param name="props">The child.</param>
    /// <param name="name">Its name, the same for each incarnation.</param>
    /// <param name="backoff">The wait before the next incarnation.</param>
    /// <param name="created">Called with each incarnation, the first one included: siblings are given the reference here.</param>
    /// <param name="overflow">Called with a message that cannot wait, and its sender.</param>
    /// <param name="capacity">How many messages wait.</param>
    public RecreatedChild(
        IActorContext parent, Props props, string name, ExponentialBackoff backoff,
        Action<IActorRef> created, Action<object, IActorRef> overflow, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        (_parent, _self, _path) = (parent, parent.Self, parent.Self.Path / name);
        (_props, _name, _backoff, _capacity) = (props, name, backoff, capacity);
        (_created, _overflow) = (created, overflow);
        StoppedActorMail.Of(parent.System).Claim(_path, _self);
        Create();
    }

    /// <summary>The incarnation that runs; null while there is none.</summary>
    public IActorRef? Current { get; private set; }

    /// <summary>How many messages wait for the next incarnation.</summary>
    public int Waiting => _mailbox.Count + _returned.Count + _sent.Count;

    /// <summary>Sends the child a message, now or when it is there again.</summary>
    public void Tell(object message, IActorRef sender)
    {
        if (Current is { } current)
            current.Tell(message, sender);
        else
            Keep(_sent, new Mail(message, sender));
    }

    /// <summary>Handles a message of the parent's that is about this child.</summary>
    /// <returns>False if it is about something else.</returns>
    public bool TryHandle(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(Current):
                Current = null;
                if (_isStopped)
                    StoppedActorMail.Of(_parent.System).Release(_path, _self);
                else
                    _self.Tell(new Settled(_path, this), _self);
                return true;
            case StoppedActorMail.Returned returned when returned.Recipient.Path.Equals(_path):
                if (MayReturn(returned.Message))
                    Return(returned);
                return true;
            case Settled settled when settled.Path.Equals(_path):
                if (settled.Child == this && !_isStopped)
                    Wait();
                return true;
            case Recreate recreate when recreate.Path.Equals(_path):
                if (recreate.Child == this && !_isStopped)
                    Create();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Stops the child and does not create it again; what waits overflows. For the parent's <c>PostStop</c>, or at any time before.</summary>
    public void Stop()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        _timer?.Cancel();
        if (Current is { } current)
            _parent.Stop(current);
        Flush(_overflow);
    }

    void Create()
    {
        _createdAt = _parent.System.Scheduler.MonotonicClock;
        var child = _last = Current = _parent.Watch(_parent.ActorOf(_props, _name));
        Flush(child.Tell);
        _created(child);
    }

    // All that was sent to the child before its end was seen has come back by now.
    void Wait()
    {
        var scheduler = _parent.System.Scheduler;
        if (scheduler.MonotonicClock - _createdAt > _backoff.ResetAfter)
            _failures = 0;
        while (_sent.TryDequeue(out var next))
            _returned.Enqueue(next);
        _timer = scheduler.ScheduleTellOnceCancelable(_backoff.Delay(_failures++, _parent.System.Random()), _self, new Recreate(_path, this), _self);
    }

    void Return(StoppedActorMail.Returned returned)
    {
        var mail = new Mail(returned.Message, returned.Sender);
        if (returned.Recipient.Equals(_last))
            Keep(returned.WasInMailbox ? _mailbox : _returned, mail);
        else
            // Sent to an earlier incarnation: what came so before may have gone to the last one, and be on its way back.
            Tell(mail.Message, mail.Sender);
    }

    void Keep(Queue<Mail> queue, Mail mail)
    {
        if (_isStopped || Waiting >= _capacity)
            _overflow(mail.Message, mail.Sender);
        else
            queue.Enqueue(mail);
    }

    void Flush(Action<object, IActorRef> send)
    {
        foreach (var queue in (Queue<Mail>[])[_mailbox, _returned, _sent])
            while (queue.TryDequeue(out var next))
                send(next.Message, next.Sender);
    }

    static bool MayReturn(object message) =>
        message is not PipeFailure
        && message.GetType().Assembly is var assembly
        && assembly != typeof(IActorRef).Assembly
        && assembly != typeof(IPersistenceMessage).Assembly;

    readonly record struct Mail(object Message, IActorRef Sender);

    sealed record Settled(ActorPath Path, RecreatedChild Child) : INoSerializationVerificationNeeded;

    sealed record Recreate(ActorPath Path, RecreatedChild Child) : INoSerializationVerificationNeeded;
}

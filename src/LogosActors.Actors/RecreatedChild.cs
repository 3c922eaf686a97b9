using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace LogosActors.Actors;

/// <summary>A child that stops when its journal fails: its parent creates it again and keeps its messages meanwhile.</summary>
/// <remarks>
/// Akka stops a persistent actor whose write or recovery failed, and what waits in its mailbox becomes dead letters. They come back here, with
/// whatever still goes to the old reference, and are sent to the next incarnation in their order. Owned by the parent, which passes
/// every message to <see cref="TryHandle"/> first. A message of Akka itself, or a failed task of the old incarnation, is not delivered again.
/// </remarks>
public sealed class RecreatedChild
{
    /// <summary>How many messages wait for the next incarnation unless the parent says otherwise.</summary>
    public const int DefaultCapacity = 1_000;

    readonly IActorContext _parent;
    readonly IActorRef _self;
    readonly Props _props;
    readonly string _name;
    readonly ExponentialBackoff _backoff;
    readonly int _capacity;
    readonly Action<IActorRef> _created;
    readonly Action<object, IActorRef> _overflow;
    readonly Queue<(object Message, IActorRef Sender)> _waiting = new();
    readonly TimeSpan _lifetime;
    TimeSpan _createdAt;
    int _failures;
    ICancelable? _timer;

    /// <summary>Creates the child.</summary>
    /// <param name="parent">The parent's context.</param>
    /// <param name="props">The child.</param>
    /// <param name="name">Its name, the same for each incarnation.</param>
    /// <param name="backoff">The wait before the next incarnation.</param>
    /// <param name="created">Called with each incarnation, the first one included: siblings are given the reference here.</param>
    /// <param name="overflow">Called with a message that cannot wait any more, and its sender.</param>
    /// <param name="capacity">How many messages wait.</param>
    public RecreatedChild(
        IActorContext parent, Props props, string name, ExponentialBackoff backoff,
        Action<IActorRef> created, Action<object, IActorRef> overflow, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        (_parent, _self, _props, _name, _backoff) = (parent, parent.Self, props, name, backoff);
        (_created, _overflow, _capacity) = (created, overflow, capacity);
        _lifetime = backoff.ResetAfter;
        Create();
    }

    /// <summary>The incarnation that runs; null while there is none.</summary>
    public IActorRef? Current { get; private set; }

    /// <summary>How many messages wait for the next incarnation.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Sends the child a message, now or when it is there again.</summary>
    public void Tell(object message, IActorRef sender)
    {
        if (Current is { } current)
            current.Tell(message, sender);
        else if (_waiting.Count < _capacity)
            _waiting.Enqueue((message, sender));
        else
            _overflow(message, sender);
    }

    /// <summary>Handles a message of the parent's that is about this child.</summary>
    /// <returns>False if it is about something else.</returns>
    public bool TryHandle(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(Current):
                Current = null;
                Wait();
                return true;
            case StoppedActorMail.Returned returned when returned.Recipient.Path.Equals(_path):
                if (MayReturn(returned.Message))
                    Tell(returned.Message, returned.Sender);
                return true;
            case Recreate recreate when recreate.Child == this:
                Create();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Creates the child no more. For the parent's <c>PostStop</c>.</summary>
    public void Stop()
    {
        _timer?.Cancel();
        if (_path is not null)
            StoppedActorMail.Of(_parent.System).Release(_path, _self);
        while (_waiting.TryDequeue(out var next))
            _overflow(next.Message, next.Sender);
    }

    ActorPath? _path;

    void Wait()
    {
        var scheduler = _parent.System.Scheduler;
        if (scheduler.MonotonicClock - _createdAt > _lifetime)
            _failures = 0;
        _timer = scheduler.ScheduleTellOnceCancelable(_backoff.Delay(_failures++, _parent.System.Random()), _self, new Recreate(this), _self);
    }

    void Create()
    {
        _createdAt = _parent.System.Scheduler.MonotonicClock;
        var child = Current = _parent.Watch(_parent.ActorOf(_props, _name));
        if (_path is null)
        {
            _path = child.Path;
            StoppedActorMail.Of(_parent.System).Claim(_path, _self);
        }
        while (_waiting.TryDequeue(out var next))
            child.Tell(next.Message, next.Sender);
        _created(child);
    }

    static bool MayReturn(object message) =>
        message is not (PipeFailure or IPersistenceMessage or IDeadLetterSuppression)
        && message.GetType().Assembly != typeof(IActorRef).Assembly;

    sealed record Recreate(RecreatedChild Child) : INoSerializationVerificationNeeded;
}

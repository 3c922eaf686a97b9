using Akka.Actor;
using LogosActors.Delivery.Events;

namespace LogosActors.Channels.Channel;

/// <summary>The events of a channel for its application, and how much of it the handlers have handled. For any number of threads.</summary>
/// <remarks>
/// <para>An event with a number is published once, however often the channel's actors raise it: they raise all that is not handled again when they
/// start. A handler that is slow holds back the number up to which all is handled, and no other handler; at most <see cref="Window"/> events with a number
/// wait for it. Enumerations hold nothing back.</para>
/// </remarks>
/// <param name="publisher">Calls handlers, and feeds enumerations.</param>
/// <param name="capacity">How many events wait for one handler.</param>
/// <param name="outcomes">Those who await the end of a request; null: nobody does.</param>
internal sealed class ChannelEvents(EventPublisher<ChannelEvent> publisher, int capacity, AwaitedOutcomes<ReliableSendEvent>? outcomes = null)
{
    readonly Lock _turn = new();
    readonly List<Handler> _handlers = [];
    IActorRef? _owner;
    long _published;
    long _handled;
    bool _isTold;
    volatile bool _wantsProgress;

    /// <summary>How many events with a number may be published and not handled: no more than wait for one handler.</summary>
    public int Window { get; } = capacity;

    /// <summary>How many events were lost to those who were too slow.</summary>
    public long Missed => publisher.Dropped;

    /// <summary>Whether anybody observes the progress of requests.</summary>
    public bool WantsProgress => _wantsProgress;

    /// <summary>The actor that is notified of what is handled (<see cref="Conversation.HandledMore"/>).</summary>
    /// <returns>The number up to which all is published.</returns>
    public long Attach(IActorRef owner)
    {
        lock (_turn)
        {
            (_owner, _isTold) = (owner, false);
            return _published;
        }
    }

    /// <summary>Publishes an event that is not kept.</summary>
    public void Publish(ChannelEvent raised) => publisher.Publish(raised);

    /// <summary>Publishes an event that is kept until it is handled, unless it was published.</summary>
    public void Publish(long number, ChannelEvent raised)
    {
        lock (_turn)
        {
            if (number <= _published)
                return;
            _published = number;
            foreach (var handler in _handlers)
                handler.Await(number, raised);
        }
        publisher.Publish(raised);
        if (outcomes is { IsEmpty: false } && raised is ReliableMessageDelivered or ReliableMessageSendError)
            outcomes.Ended(((ReliableSendEvent)raised).RequestId, (ReliableSendEvent)raised);
    }

    /// <summary>The number up to which all is handled. The owner is notified when there is more.</summary>
    public long TakeHandled()
    {
        lock (_turn)
        {
            _isTold = false;
            return _handled = FirstAwaited() - 1;
        }
    }

    /// <summary>Adds a handler.</summary>
    /// <inheritdoc cref="Add{T}(Delegate?, Func{T, Task})"/>
    public void Add<T>(Delegate? key, Action<T> handle)
        where T : ChannelEvent =>
        Add<T>(key, raised =>
        {
            handle(raised);
            return Task.CompletedTask;
        });

    /// <summary>Adds a handler that is awaited.</summary>
    /// <param name="key">By which it is removed.</param>
    /// <param name="handle">Called with each event of the type.</param>
    public void Add<T>(Delegate? key, Func<T, Task> handle)
        where T : ChannelEvent
    {
        if (key is null)
            return;
        Wants<T>();
        var handler = new Handler<T>(key);
        lock (_turn)
        {
            _handlers.Add(handler);
            publisher.Add<T>(key, async raised =>
            {
                try
                {
                    await handle(raised);
                }
                finally
                {
                    Handled(handler, raised);
                }
            });
        }
    }

    /// <summary>Removes the handler that was added last under a key.</summary>
    public void Remove(Delegate? key)
    {
        lock (_turn)
        {
            if (_handlers.FindLastIndex(handler => handler.Key.Equals(key)) is >= 0 and var index)
                _handlers.RemoveAt(index);
            publisher.Remove(key);
            TellOwner();
        }
    }

    /// <summary>Enumerates the events of a type.</summary>
    public IAsyncEnumerable<T> Read<T>(CancellationToken cancellation)
        where T : ChannelEvent
    {
        Wants<T>();
        return publisher.Read<T>(cancellation);
    }

    /// <summary>The channel is closed.</summary>
    public void Complete() => publisher.Complete();

    void Wants<T>() => _wantsProgress |= typeof(T).IsAssignableFrom(typeof(ReliableMessageProgress));

    void Handled(Handler handler, ChannelEvent raised)
    {
        lock (_turn)
        {
            if (handler.Handled(raised))
                TellOwner();
        }
    }

    void TellOwner()
    {
        if (_isTold || FirstAwaited() - 1 <= _handled)
            return;
        _isTold = true;
        _owner?.Tell(Conversation.HandledMore.Instance, ActorRefs.NoSender);
    }

    long FirstAwaited()
    {
        var first = _published + 1;
        foreach (var handler in _handlers)
            first = Math.Min(first, handler.First ?? first);
        return first;
    }

    abstract class Handler(Delegate key)
    {
        readonly Queue<(long Number, ChannelEvent Event)> _awaited = new();

        public Delegate Key => key;

        public long? First => _awaited.TryPeek(out var first) ? first.Number : null;

        protected abstract bool Wants(ChannelEvent raised);

        public void Await(long number, ChannelEvent raised)
        {
            if (Wants(raised))
                _awaited.Enqueue((number, raised));
        }

        // In their order; those before it were lost, and others have no number.
        public bool Handled(ChannelEvent raised)
        {
            if (!Awaits(raised))
                return false;
            while (!ReferenceEquals(_awaited.Dequeue().Event, raised))
            {
            }
            return true;
        }

        bool Awaits(ChannelEvent raised)
        {
            foreach (var (_, awaited) in _awaited)
            {
                if (ReferenceEquals(awaited, raised))
                    return true;
            }
            return false;
        }
    }

    sealed class Handler<T>(Delegate key) : Handler(key)
    {
        protected override bool Wants(ChannelEvent raised) => raised is T;
    }
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;

namespace LogosActors.Delivery.Events;

/// <summary>Delivers events to an application's handlers and enumerations. For any number of threads.</summary>
/// <remarks>
/// Each handler is an actor with a bounded queue of its own: one that throws loses its own call, one that is slow drops what finds no room
/// and counts it, one that never returns is reported in the log, and none holds up another handler or the publisher. An enumeration has a bounded queue, too, from the moment its
/// enumerator is requested; what is never enumerated holds nothing. While nobody observes, nothing is sent or queued.
/// </remarks>
/// <typeparam name="TEvent">The common type of the events.</typeparam>
/// <param name="system">The system in which handlers run.</param>
/// <param name="name">The prefix of the handlers' actor names, unique in the system.</param>
/// <param name="capacity">How many events wait for one handler or enumeration, and at most 16 MiB of them.</param>
/// <param name="sizeOf">How many bytes an event holds, as far as others decide about it; null: nothing worth counting.</param>
/// <param name="published">Called with every event, on the publisher's thread, for counters; null: nothing.</param>
public sealed class EventPublisher<TEvent>(ActorSystem system, string name, int capacity, Action<TEvent>? published = null, Func<TEvent, int>? sizeOf = null)
    where TEvent : class
{
    readonly Lock _gate = new();
    readonly ILoggingAdapter _log = Logging.GetLogger(system, name);
    ImmutableArray<Observer> _observers = [];
    long _dropped;
    int _lastHandler;
    bool _isCompleted;

    /// <summary>How many events were dropped because a handler or an enumeration was too slow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many bytes an event holds.</summary>
    internal Func<TEvent, int> SizeOf { get; } = sizeOf ?? (static _ => 0);

    /// <summary>Whether there is a handler or an enumeration.</summary>
    public bool IsObserved => !Current.IsEmpty;

    ImmutableArray<Observer> Current
    {
        get
        {
            lock (_gate)
                return _observers;
        }
    }

    /// <summary>Delivers an event to all that observe its type.</summary>
    /// <param name="raised">The event.</param>
    public void Publish(TEvent raised)
    {
        published?.Invoke(raised);
        foreach (var observer in Current)
        {
            if (!observer.TryOffer(raised))
                Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Adds a handler; does nothing once the publisher is completed.</summary>
    /// <param name="key">By which it is removed.</param>
    /// <param name="handle">Called with each event of the type, one after the other.</param>
    /// <typeparam name="T">The type of the events.</typeparam>
    public void Add<T>(Delegate? key, Action<T> handle)
        where T : TEvent =>
        Add<T>(key, raised =>
        {
            handle(raised);
            return Task.CompletedTask;
        });

    /// <summary>Adds a handler that is awaited; does nothing once the publisher is completed.</summary>
    /// <inheritdoc cref="Add{T}(Delegate?, Action{T})"/>
    public void Add<T>(Delegate? key, Func<T, Task> handle)
        where T : TEvent
    {
        if (key is null)
            return;
        lock (_gate)
        {
            if (_isCompleted)
                return;
            var queue = new EventQueue(capacity);
            var actor = system.ActorOf(EventHandlerActor<T>.Props(handle, queue, raised => SizeOf(raised)), $"{name}-handler-{++_lastHandler}");
            _observers = _observers.Add(new Handler<T>(key, actor, queue, SizeOf, system.Scheduler, _log));
        }
    }

    /// <summary>Removes the handler that was added last under a key; events that wait for it are discarded.</summary>
    /// <param name="key">The key.</param>
    public void Remove(Delegate? key)
    {
        if (key is null)
            return;
        lock (_gate)
        {
            if (_observers.LastOrDefault(observer => Equals(observer.Key, key)) is not { } found)
                return;
            _observers = _observers.Remove(found);
            found.Stop(system);
        }
    }

    /// <summary>Enumerates the events of a type, from the moment an enumerator is requested (<c>await foreach</c> does so at its beginning)
    /// until the publisher is completed; one that is requested later ends at once.</summary>
    /// <param name="cancellation">Ends an enumeration.</param>
    /// <typeparam name="T">The type of the events.</typeparam>
    public IAsyncEnumerable<T> Read<T>(CancellationToken cancellation)
        where T : class, TEvent =>
        new EventEnumerable<TEvent, T>(this, capacity, cancellation);

    /// <summary>Waits until the handlers have been called with everything that was published before, for a bounded time.</summary>
    /// <param name="timeout">How long it waits.</param>
    /// <param name="time">The clock.</param>
    public async Task FlushAsync(TimeSpan timeout, TimeProvider time)
    {
        if (system.WhenTerminated.IsCompleted)
            return;
        var flushed = Current.Select(observer => (observer.Name, Task: observer.FlushAsync(system))).ToArray();
        try
        {
            await Task.WhenAll(flushed.Select(static handler => handler.Task)).WaitAsync(timeout, time);
        }
        catch (TimeoutException)
        {
            // The others have had theirs.
            foreach (var (handler, _) in flushed.Where(static handler => !handler.Task.IsCompleted))
                _log.Warning("A handler of {0} has not returned within {1}; it is not waited for, and what waits for it may be lost", handler, timeout);
        }
    }

    /// <summary>Ends enumerations, after what waits for them, and stops the handlers.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isCompleted = true;
            foreach (var observer in _observers)
                observer.Stop(system);
            _observers = [];
        }
    }

    internal bool TryAdd(Observer observer)
    {
        lock (_gate)
        {
            if (_isCompleted)
                return false;
            _observers = _observers.Add(observer);
            return true;
        }
    }

    internal void Remove(Observer observer)
    {
        lock (_gate)
            _observers = _observers.Remove(observer);
    }

    /// <summary>A handler or an enumeration.</summary>
    internal abstract class Observer(Delegate? key)
    {
        public Delegate? Key => key;

        /// <summary>The event that is observed, for people.</summary>
        public abstract string Name { get; }

        /// <summary>Queues an event, if it is of the wanted type.</summary>
        /// <returns>False: it was dropped for lack of room.</returns>
        public abstract bool TryOffer(TEvent raised);

        public abstract Task FlushAsync(ActorSystem system);

        public abstract void Stop(ActorSystem system);
    }

    sealed class Handler<T>(Delegate key, IActorRef actor, EventQueue queue, Func<TEvent, int> sizeOf, IScheduler clock, ILoggingAdapter log) : Observer(key)
        where T : TEvent
    {
        public override string Name => typeof(T).Name;

        public override bool TryOffer(TEvent raised)
        {
            if (raised is not T)
                return true;
            var hasRoom = queue.TryEnter(sizeOf(raised));
            if (hasRoom)
                actor.Tell(raised, ActorRefs.NoSender);
            if (queue.Count > 1)
                ReportIfSlow(isFull: !hasRoom);
            return hasRoom;
        }

        void ReportIfSlow(bool isFull)
        {
            if (queue.ShouldReport(clock.MonotonicClock, isFull))
                log.Warning("A handler of {0} is too slow or does not return: {1} events wait for it; further ones are lost to it when its queue is full", Name, queue.Count);
        }

        public override Task FlushAsync(ActorSystem system)
        {
            var flush = new EventHandlerFlush(system.CreateCompletion<bool>());
            actor.Tell(flush, ActorRefs.NoSender);
            return flush.Done.Task;
        }

        public override void Stop(ActorSystem system) => system.Stop(actor);
    }
}

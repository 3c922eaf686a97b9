using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;

namespace LogosActors.Delivery.Events;

/// <summary>Calls one handler of the application, one event after the other.</summary>
/// <remarks>
/// Parent: /user; made and stopped by an <see cref="EventPublisher{TEvent}"/>. What the handler throws is logged and costs its own call; the
/// actor has no state but what waits. While the handler runs, further events wait, as many as its <see cref="EventQueue"/> has room for: in the mailbox, and in
/// a queue of the actor's own while an asynchronous handler is awaited. A handler that never returns keeps its actor, and a synchronous one a thread of the
/// dispatcher, until the process ends; nothing else waits for it.
/// </remarks>
/// <param name="handle">The handler.</param>
/// <param name="queue">What waits for it.</param>
/// <param name="sizeOf">How many bytes an event holds.</param>
internal sealed class EventHandlerActor<TEvent>(Func<TEvent, Task> handle, EventQueue queue, Func<TEvent, int> sizeOf) : SupervisedActor
{
    readonly Queue<object> _waiting = new();
    TEvent? _awaited;
    Activity? _span;
    bool _isAwaiting;

    public static Props Props(Func<TEvent, Task> handle, EventQueue queue, Func<TEvent, int> sizeOf) =>
        Akka.Actor.Props.Create(() => new EventHandlerActor<TEvent>(handle, queue, sizeOf));

    protected override void OnReceive(object message)
    {
        if (message is Returned returned)
        {
            _isAwaiting = false;
            End(_awaited!, returned.Failure);
            while (!_isAwaiting && _waiting.TryDequeue(out var next))
                Process(next);
        }
        else if (_isAwaiting)
        {
            _waiting.Enqueue(message);
        }
        else
        {
            Process(message);
        }
    }

    void Process(object message)
    {
        switch (message)
        {
            case TEvent raised:
                queue.Leave(sizeOf(raised));
                Handle(raised);
                break;
            case EventHandlerFlush flush:
                flush.Done.TrySetResult(true);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Handle(TEvent raised)
    {
        queue.Begin(Now);
        Task handling;
        try
        {
            handling = SpanSource.IsListened && raised is ITracedEvent { Trace: { } trace } ? HandleTraced(raised, trace) : handle(raised);
        }
#pragma warning disable CA1031 // the application's failure is not the node's
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(raised, e);
            return;
        }
        if (handling.IsCompletedSuccessfully)
        {
            End(raised, failure: null);
            return;
        }
        (_isAwaiting, _awaited) = (true, raised);
        PipeToSelf(AwaitAsync(handling));
    }

    /// <summary>What the handler does, and sends, is a part of the trace.</summary>
    Task HandleTraced(TEvent raised, Activity trace)
    {
        _span = SpanSource.StartChild(Spans.Handle, trace, Time);
        var current = Activity.Current;
        try
        {
            Activity.Current = _span;
            return handle(raised);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    void End(TEvent raised, Exception? failure)
    {
        queue.End();
        SpanSource.End(_span, Time, failure?.Message);
        _span = null;
        if (failure is not null)
            Log.Error(failure, "A handler of {0} failed", raised!.GetType().Name);
    }

    static async Task<Returned> AwaitAsync(Task handling)
    {
        try
        {
            await handling;
            return new Returned(null);
        }
#pragma warning disable CA1031 // the application's failure is not the node's
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Returned(e);
        }
    }

    sealed record Returned(Exception? Failure) : INoSerializationVerificationNeeded;
}

/// <summary>Completed by an <see cref="EventHandlerActor{TEvent}"/> when everything before it is handled.</summary>
internal sealed record EventHandlerFlush(Completion<bool> Done) : INoSerializationVerificationNeeded;

/// <summary>Bounds the events that wait for a handler or an enumeration, and knows how long the handler has been running. For any number of threads.</summary>
/// <param name="capacity">How many events may wait.</param>
internal sealed class EventQueue(int capacity)
{
    /// <summary>How many bytes of events may wait; one event may be larger.</summary>
    /// <value>16 MiB.</value>
    public const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>How long a call may take before it is reported.</summary>
    public static readonly TimeSpan LongCall = TimeSpan.FromSeconds(30);

    const long NotRunning = -1;

    int _count;
    long _bytes;
    long _began = NotRunning;
    int _isReported;

    /// <summary>How many events wait.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool TryEnter(int bytes)
    {
        if (Interlocked.Increment(ref _count) is var count && count <= capacity && (Interlocked.Add(ref _bytes, bytes) <= MaxBytes || count == 1))
            return true;
        if (count <= capacity)
            Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave(int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>The handler is called.</summary>
    public void Begin(TimeSpan now)
    {
        Interlocked.Exchange(ref _began, now.Ticks);
        if (Count == 0)
            Volatile.Write(ref _isReported, 0);
    }

    /// <summary>The handler has returned.</summary>
    public void End() => Interlocked.Exchange(ref _began, NotRunning);

    /// <summary>Whether the handler's slowness is to be reported: it is running for long, or has no room for an event. Once until it has
    /// caught up.</summary>
    public bool ShouldReport(TimeSpan now, bool isFull)
    {
        var began = Interlocked.Read(ref _began);
        return (isFull || (began != NotRunning && now.Ticks - began >= LongCall.Ticks)) && Interlocked.Exchange(ref _isReported, 1) == 0;
    }
}

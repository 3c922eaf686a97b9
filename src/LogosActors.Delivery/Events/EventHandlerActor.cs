using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;

namespace LogosActors.Delivery.Events;

/// <summary>Calls one handler of the application, one event after the other.</summary>
/// <remarks>
/// Parent: /user; made and stopped by an <see cref="EventPublisher{TEvent}"/>. What the handler throws is logged and costs its own call; the
/// actor has no state. While it runs, further events wait in the mailbox, as many as its <see cref="EventQueue"/> has room for. A handler that
/// never returns keeps its actor and a thread of the dispatcher until the process ends; nothing else waits for it.
/// </remarks>
internal sealed class EventHandlerActor<TEvent>(Action<TEvent> handle, EventQueue queue) : SupervisedActor
{
    public static Props Props(Action<TEvent> handle, EventQueue queue) => Akka.Actor.Props.Create(() => new EventHandlerActor<TEvent>(handle, queue));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TEvent raised:
                queue.Leave();
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
        try
        {
            handle(raised);
        }
#pragma warning disable CA1031 // the application's failure is not the node's
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Error(e, "A handler of {0} failed", raised!.GetType().Name);
        }
        finally
        {
            queue.End();
        }
    }
}

/// <summary>Completed by an <see cref="EventHandlerActor{TEvent}"/> when everything before it is handled.</summary>
internal sealed record EventHandlerFlush(Completion<bool> Done) : INoSerializationVerificationNeeded;

/// <summary>Bounds the events that wait in a mailbox, and knows how long the handler has been running. For any number of threads.</summary>
internal sealed class EventQueue(int capacity)
{
    /// <summary>How long a call may take before it is reported.</summary>
    public static readonly TimeSpan LongCall = TimeSpan.FromSeconds(30);

    const long NotRunning = -1;

    int _count;
    long _began = NotRunning;
    int _isReported;

    /// <summary>How many events wait.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= capacity)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);

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

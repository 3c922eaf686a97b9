using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;

namespace LogosActors.Delivery.Events;

/// <summary>Calls one handler of the application, one event after the other.</summary>
/// <remarks>
/// Parent: /user; made and stopped by an <see cref="EventPublisher{TEvent}"/>. What the handler throws is logged and costs its own call; the
/// actor has no state. While it runs, further events wait in the mailbox, as many as its <see cref="EventQueue"/> has room for.
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
    }
}

/// <summary>Completed by an <see cref="EventHandlerActor{TEvent}"/> when everything before it is handled.</summary>
internal sealed record EventHandlerFlush(Completion<bool> Done) : INoSerializationVerificationNeeded;

/// <summary>Bounds the events that wait in a mailbox. For any number of threads.</summary>
internal sealed class EventQueue(int capacity)
{
    int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= capacity)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}

using System.Threading.Channels;
using Akka.Actor;

namespace LogosActors.Delivery.Events;

/// <summary>The events of one type; each enumerator has a queue of its own.</summary>
internal sealed class EventEnumerable<TEvent, T>(EventPublisher<TEvent> publisher, int capacity, CancellationToken cancellation) : IAsyncEnumerable<T>
    where TEvent : class
    where T : class, TEvent
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var queue = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
        var waiting = new EventQueue(capacity);
        var observer = new Observer(queue.Writer, waiting, publisher.SizeOf);
        if (!publisher.TryAdd(observer))
            queue.Writer.TryComplete();
        return new Enumerator(publisher, observer, queue.Reader, waiting, CancellationTokenSource.CreateLinkedTokenSource(cancellation, cancellationToken));
    }

    sealed class Observer(ChannelWriter<T> queue, EventQueue waiting, Func<TEvent, int> sizeOf) : EventPublisher<TEvent>.Observer(key: null)
    {
        public override string Name => typeof(T).Name;

        public override bool TryOffer(TEvent raised) =>
            raised is not T wanted || (waiting.TryEnter(sizeOf(wanted)) && queue.TryWrite(wanted));

        public override Task FlushAsync(ActorSystem system) => Task.CompletedTask;

        public override void Stop(ActorSystem system) => queue.TryComplete();
    }

    sealed class Enumerator(
        EventPublisher<TEvent> publisher, EventPublisher<TEvent>.Observer observer, ChannelReader<T> queue, EventQueue waiting, CancellationTokenSource ending) : IAsyncEnumerator<T>
    {
        public T Current { get; private set; } = null!;

        public async ValueTask<bool> MoveNextAsync()
        {
            while (await queue.WaitToReadAsync(ending.Token))
            {
                if (queue.TryRead(out var next))
                {
                    waiting.Leave(publisher.SizeOf(next));
                    Current = next;
                    return true;
                }
            }
            return false;
        }

        public ValueTask DisposeAsync()
        {
            publisher.Remove(observer);
            ending.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Threading.Channels;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A subscription to one topic, until it is disposed. With the last one of a topic the host leaves it.</summary>
public sealed class TopicSubscription : IAsyncDisposable
{
    readonly Channel<PubsubMessage> _messages;
    readonly Func<ValueTask> _end;
    long _missed;

    internal TopicSubscription(string topic, int capacity, Func<ValueTask> end)
    {
        (Topic, _end) = (topic, end);
        _messages = Channel.CreateBounded<PubsubMessage>(new BoundedChannelOptions(capacity) { SingleWriter = false });
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>How many messages were lost because they were not read in time.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>The messages that come from other peers, in the order of their arrival; each goes to one reader. Ends when the
    /// subscription does.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public IAsyncEnumerable<PubsubMessage> ReadAllAsync(CancellationToken cancellation = default) => _messages.Reader.ReadAllAsync(cancellation);

    /// <summary>Ends the subscription; messages that have arrived can still be read.</summary>
    public ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        return _end();
    }

    internal void Take(PubsubMessage message)
    {
        if (!_messages.Writer.TryWrite(message))
            Interlocked.Increment(ref _missed);
    }

    internal void Complete() => _messages.Writer.TryComplete();
}

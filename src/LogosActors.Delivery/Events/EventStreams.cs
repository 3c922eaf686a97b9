using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LogosActors.Delivery.Events;

/// <summary>Hands events to the application's readers. For any number of threads.</summary>
/// <typeparam name="TTold">What all the events are.</typeparam>
/// <param name="capacity">How many events wait for one reader; further ones are lost to it.</param>
internal sealed class EventStreams<TTold>(int capacity)
    where TTold : class
{
    readonly ConcurrentDictionary<Channel<TTold>, bool> _readers = new();
    long _missed;

    /// <summary>How many events were lost to readers that were too slow.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Tells every reader. One caller at a time.</summary>
    public void Write(TTold told)
    {
        foreach (var (reader, _) in _readers)
        {
            if (!reader.Writer.TryWrite(told))
                Interlocked.Increment(ref _missed);
        }
    }

    /// <summary>Ends every reader's enumeration, after what waits for it.</summary>
    public void Complete()
    {
        foreach (var (reader, _) in _readers)
            reader.Writer.TryComplete();
    }

    /// <summary>Enumerates the events of a type from now on: from this call, not from the first move.</summary>
    public IAsyncEnumerable<TEvent> Read<TEvent>(CancellationToken cancellation)
        where TEvent : TTold
    {
        var reader = Channel.CreateBounded<TTold>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _readers.TryAdd(reader, true);
        return ReadAsync<TEvent>(reader, cancellation);
    }

    async IAsyncEnumerable<TEvent> ReadAsync<TEvent>(Channel<TTold> reader, [EnumeratorCancellation] CancellationToken cancellation)
        where TEvent : TTold
    {
        try
        {
            await foreach (var told in reader.Reader.ReadAllAsync(cancellation))
            {
                if (told is TEvent wanted)
                    yield return wanted;
            }
        }
        finally
        {
            _readers.TryRemove(reader, out _);
        }
    }
}

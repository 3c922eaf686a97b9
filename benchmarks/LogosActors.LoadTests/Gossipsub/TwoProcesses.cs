using System.Diagnostics;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>A publisher here, a subscriber in another process, and a connection with Noise and Yamux over loopback TCP.</summary>
internal sealed class TwoProcesses : ILoadedPair
{
    const int Burst = 64;

    readonly GossipNode _publisher;
    readonly ChildNode _subscriber;
    readonly int _reportEvery;
    readonly int _inFlight;
    readonly byte[][] _messages;
    readonly List<Task> _burst = [];
    long _published;

    TwoProcesses(GossipNode publisher, ChildNode subscriber, int size, int inFlight, int reportEvery)
    {
        (_publisher, _subscriber, _inFlight, _reportEvery) = (publisher, subscriber, inFlight, reportEvery);
        // An array is used again when the message that was in it has long been delivered.
        _messages = [.. Enumerable.Range(0, 2 * inFlight).Select(_ => new byte[size])];
    }

    public ChildNode Receiver => _subscriber;

    /// <inheritdoc/>
    public async Task<(Costs Sender, Costs Receiver)> CostsAsync() => (Costs.Here, await _subscriber.CostsAsync());

    /// <param name="size">Bytes of a message.</param>
    /// <param name="inFlight">How many messages may be under way: fewer than what a peer's queue holds, so that none is dropped.</param>
    /// <param name="reportEvery">After how many messages the subscriber says how many have come.</param>
    public static async Task<TwoProcesses> StartAsync(int size, int inFlight, int reportEvery)
    {
        var subscriber = await ChildNode.StartAsync(GossipNodeRole.Argument, $"{reportEvery}");
        var publisher = await GossipNode.StartAsync(_ => { });
        await publisher.DialAsync(subscriber.Address);
        await publisher.WaitForMeshAsync(1);
        await subscriber.WaitForMeshAsync(1);
        return new TwoProcesses(publisher, subscriber, size, inFlight, reportEvery);
    }

    /// <summary>Publishes as fast as messages arrive. Some more than are asked for, up to a whole report; the time is in proportion.</summary>
    public async Task<TimeSpan> SendAsync(int count)
    {
        var whole = (count + _reportEvery - 1) / _reportEvery * _reportEvery;
        var started = Stopwatch.GetTimestamp();
        var end = _published + whole;
        while (_published < end)
        {
            await _subscriber.WaitForAsync(_published + Burst - _inFlight);
            await PublishAsync((int)Math.Min(Burst, end - _published));
        }
        await _subscriber.WaitForAsync(end);
        return Stopwatch.GetElapsedTime(started) * ((double)count / whole);
    }

    /// <inheritdoc/>
    public Task SendAsync(long due)
    {
        // Nothing bounds how many are under way: each has an array of its own.
        var message = new byte[_messages[0].Length];
        StampedMessage.Write(message, _published++, due);
        return _publisher.PublishAsync(message);
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _subscriber.DisposeAsync();
    }

    async Task PublishAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var message = _messages[_published % _messages.Length];
            StampedMessage.Write(message, _published++);
            _burst.Add(_publisher.PublishAsync(message));
        }
        await Task.WhenAll(_burst);
        _burst.Clear();
    }
}

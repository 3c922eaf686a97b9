using System.Diagnostics;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.LoadTests.Delivery;

namespace LogosActors.LoadTests.Channels;

/// <summary>A node here whose application sends in a channel, and one in another process whose application has a handler.</summary>
internal sealed class TwoChannels : ILoadedPair
{
    const int MaxUnreportedBytes = 64 << 10;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly MessagingNode _node;
    readonly ReliableChannel _sender;
    readonly ChildNode _receiver;
    readonly TemporaryDirectory? _directory;
    readonly SemaphoreSlim _room;
    readonly int _size;
    readonly int _reportEvery;
    long _sent;
    long _confirmed;
    string? _failure;

    TwoChannels(MessagingNode node, ReliableChannel sender, ChildNode receiver, TemporaryDirectory? directory, int size, int inFlight, int reportEvery)
    {
        (_node, _sender, _receiver, _directory, _size, _reportEvery) = (node, sender, receiver, directory, size, reportEvery);
        _room = new SemaphoreSlim(inFlight);
        sender.MessageDelivered += (_, _) =>
        {
            Interlocked.Increment(ref _confirmed);
            _room.Release();
        };
        sender.MessageSendError += (_, error) =>
        {
            _failure = error.Error;
            _room.Release();
        };
    }

    /// <param name="size">Bytes of a message.</param>
    /// <param name="inFlight">How many messages may be unconfirmed.</param>
    /// <param name="settings">The channel.</param>
    /// <param name="isDurable">Whether both keep their history on SQLite, with fsync.</param>
    public static async Task<TwoChannels> StartAsync(int size, int inFlight, ChannelSettings settings, bool isDurable = false)
    {
        var reportEvery = Math.Clamp(MaxUnreportedBytes / size, 1, inFlight / 4);
        var directory = isDurable ? new TemporaryDirectory() : null;
        var receiver = await ChannelNodeRole.StartAsync(reportEvery, settings with { Database = directory?.File("bob.db") });
        var node = await DeliveryNode.StartAsync(receiver.Address);
        var sender = await node.OpenChannelAsync((settings with { Database = directory?.File("alice.db") }).Options("alice"));
        await node.WaitForMeshAsync(1);
        await receiver.WaitForMeshAsync(1);
        return new TwoChannels(node, sender, receiver, directory, size, inFlight, reportEvery);
    }

    public ChildNode Receiver => _receiver;

    /// <inheritdoc/>
    public async Task<(Costs Sender, Costs Receiver)> CostsAsync() => (Costs.Here, await _receiver.CostsAsync());

    /// <summary>Sends as fast as messages are confirmed, and waits until all have been handed to the handler. Some more than are asked for,
    /// up to a whole report; the time is in proportion.</summary>
    public async Task<TimeSpan> SendAsync(int count)
    {
        var whole = (count + _reportEvery - 1) / _reportEvery * _reportEvery;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < whole; i++)
        {
            if (!_room.Wait(0) && !await _room.WaitAsync(Patience))
                throw new TimeoutException($"No message was confirmed within {Patience.TotalSeconds:0} s.");
            ThrowIfFailed();
            // The channel keeps it: an application has another one for each message.
            var payload = new byte[_size];
            StampedMessage.Write(payload, _sent++);
            _ = SendAsync(payload);
        }
        await _receiver.WaitForAsync(_sent);
        return Stopwatch.GetElapsedTime(started) * ((double)count / whole);
    }

    /// <inheritdoc/>
    public Task SendAsync(long due)
    {
        var payload = new byte[_size];
        StampedMessage.Write(payload, _sent++, due);
        return SendAsync(payload);
    }

    /// <summary>Waits until all is confirmed.</summary>
    public async Task ConfirmedAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref _confirmed) is var confirmed && confirmed < _sent)
        {
            ThrowIfFailed();
            if (Stopwatch.GetElapsedTime(since) > Patience)
                throw new TimeoutException($"{_sent - confirmed} messages were not confirmed within {Patience.TotalSeconds:0} s.");
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _node.DisposeAsync();
        await _receiver.DisposeAsync();
        _directory?.Dispose();
        _room.Dispose();
    }

    void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new InvalidOperationException($"A message was not delivered: {failure}");
    }

    async Task SendAsync(byte[] payload)
    {
        while ((await _sender.SendAsync(payload)).Error is { } error)
        {
            if (error.Kind is not ChannelSendErrorKind.TooManyUnfinished)
                throw new InvalidOperationException(error.Message);
            await Task.Delay(1);
        }
    }
}

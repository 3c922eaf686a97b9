using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.LoadTests.Delivery;

namespace LogosActors.LoadTests.Channels;

/// <summary>A node here whose application sends in a channel, and one in another process whose application has a handler.</summary>
internal sealed class TwoChannels : IAsyncDisposable
{
    const int MaxUnreportedBytes = 64 << 10;

    readonly MessagingNode _node;
    readonly ReliableChannel _sender;
    readonly ChildNode _receiver;
    readonly TemporaryDirectory? _directory;
    readonly SemaphoreSlim _room;
    readonly int _size;
    readonly int _reportEvery;
    long _sent;
    long _confirmed;

    TwoChannels(MessagingNode node, ReliableChannel sender, ChildNode receiver, TemporaryDirectory? directory, int size, int inFlight, int reportEvery)
    {
        (_node, _sender, _receiver, _directory, _size, _reportEvery) = (node, sender, receiver, directory, size, reportEvery);
        _room = new SemaphoreSlim(inFlight);
        sender.MessageDelivered += (_, _) =>
        {
            Interlocked.Increment(ref _confirmed);
            _room.Release();
        };
        sender.MessageSendError += (_, error) => Console.Error.WriteLine(error.Error);
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

    /// <summary>What both processes have taken: processor time and allocations.</summary>
    public async Task<(Costs Sender, Costs Receiver)> CostsAsync()
    {
        var there = (await _receiver.AskAsync(ChildNode.Cpu)).Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (new Costs(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes()), new Costs(new TimeSpan(there[0]), there[1]));
    }

    /// <inheritdoc cref="ChildNode.TakeAgesAsync"/>
    public Task<(TimeSpan Median, TimeSpan P99)> TakeAgesAsync() => _receiver.TakeAgesAsync();

    /// <summary>Sends as fast as messages are confirmed, and waits until all have been handed to the handler. Some more than are asked for,
    /// up to a whole report; the time is in proportion.</summary>
    public async Task<TimeSpan> SendAsync(int count)
    {
        var whole = (count + _reportEvery - 1) / _reportEvery * _reportEvery;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < whole; i++)
        {
            if (!_room.Wait(0))
                await _room.WaitAsync();
            // The channel keeps it: an application has another one for each message.
            var payload = new byte[_size];
            StampedMessage.Write(payload, _sent++);
            _ = SendAsync(payload);
        }
        await _receiver.WaitForAsync(_sent);
        return Stopwatch.GetElapsedTime(started) * ((double)count / whole);
    }

    /// <summary>Sends one after the other, each when the one before has come.</summary>
    public async Task SendInTurnAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await SendAsync(1);
    }

    /// <summary>Waits until all is confirmed.</summary>
    public async Task ConfirmedAsync()
    {
        while (Interlocked.Read(ref _confirmed) < _sent)
            await Task.Delay(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _node.DisposeAsync();
        await _receiver.DisposeAsync();
        _directory?.Dispose();
        _room.Dispose();
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

/// <summary>What a process has taken since its start.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Costs(TimeSpan ProcessorTime, long AllocatedBytes);

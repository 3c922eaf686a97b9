using System.Diagnostics;
using LogosActors.Delivery;

namespace LogosActors.LoadTests.Delivery;

/// <summary>A node that sends here, and one in another process whose application has a handler.</summary>
internal sealed class TwoNodes : ILoadedPair
{
    const int Size = 1024, Burst = 64, ReportEvery = 256;

    /// <summary>Fewer than what a peer's queue holds: what is measured is not how it is held up.</summary>
    const int InFlight = 2048;

    readonly MessagingNode _sender;
    readonly ChildNode _receiver;
    readonly TemporaryDirectory? _directory;
    Observation? _observation;
    long _sent;

    TwoNodes(MessagingNode sender, ChildNode receiver, TemporaryDirectory? directory) => (_sender, _receiver, _directory) = (sender, receiver, directory);

    /// <param name="archives">Whether the receiving node has an archive on SQLite, with fsync.</param>
    public static async Task<TwoNodes> StartAsync(bool archives)
    {
        var directory = archives ? new TemporaryDirectory() : null;
        var receiver = await DeliveryNodeRole.StartAsync(ReportEvery, directory?.File("archive.db"));
        var sender = await DeliveryNode.StartAsync(receiver.Address);
        await sender.ListenAsync();
        await sender.WaitForMeshAsync(1);
        await receiver.WaitForMeshAsync(1);
        return new TwoNodes(sender, receiver, directory);
    }

    public ChildNode Receiver => _receiver;

    /// <inheritdoc/>
    public async Task<(Costs Sender, Costs Receiver)> CostsAsync() => (Costs.Here, await _receiver.CostsAsync());

    /// <summary>Sends as fast as messages arrive, and waits until all have been handed to the handler, and are durable where there is an
    /// archive. Some more than are asked for, up to a whole report; the time is in proportion.</summary>
    public async Task<TimeSpan> SendAsync(int count)
    {
        var whole = (count + ReportEvery - 1) / ReportEvery * ReportEvery;
        var started = Stopwatch.GetTimestamp();
        var end = _sent + whole;
        while (_sent < end)
        {
            await _receiver.WaitForAsync(_sent + Burst - InFlight);
            await SendBurstAsync((int)Math.Min(Burst, end - _sent));
        }
        await WaitForAllAsync();
        return Stopwatch.GetElapsedTime(started) * ((double)count / whole);
    }

    /// <summary>Observes both nodes from now on.</summary>
    /// <param name="kind">How; null: no longer.</param>
    public async Task ObserveAsync(string? kind)
    {
        if (_observation is not null)
            await _observation.DisposeAsync();
        _observation = kind is null ? null : new Observation(_sender, kind);
        await _receiver.AskAsync($"{DeliveryNodeRole.Observe} {kind}");
    }

    /// <inheritdoc/>
    public Task SendAsync(long due)
    {
        // The node keeps it: an application has another one for each message.
        var payload = new byte[Size];
        StampedMessage.Write(payload, _sent++, due);
        return SendAsync(payload);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
        _directory?.Dispose();
    }

    async Task SendBurstAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[Size];
            StampedMessage.Write(payload, _sent++);
            await SendAsync(payload);
        }
    }

    async Task SendAsync(byte[] payload)
    {
        if ((await _sender.SendAsync(new MessageEnvelope(DeliveryNode.Topic, payload))).Error is { } error)
            throw new InvalidOperationException(error.Message);
    }

    async Task WaitForAllAsync()
    {
        await _receiver.WaitForAsync(_sent);
        if (_directory is not null)
            await _receiver.AskAsync($"{DeliveryNodeRole.Archived} {_sent}");
    }
}

using System.Text;
using LogosActors.Channels.Sds;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels.Conversations;

/// <summary>A participant of @waku/sds: the real message channel, and what js-waku's ReliableChannel does with it, when it does it.</summary>
internal sealed class TheirParticipant : IParticipant
{
    // All are js-waku's (reliable_channel.js); repairs, which it does not sweep yet, go with the other sweep.
    const int SyncInterval = 30_000;
    const int SweepInterval = 5_000;
    const int RetryInterval = 30_000;
    const int MaxRetries = 10;

    readonly SdsNetwork _network;
    readonly JsSdsChannel _channel;
    readonly List<string> _delivered = [];
    readonly List<string> _acknowledged = [];
    int _syncVersion;

    public TheirParticipant(SdsNetwork network, string id, JsSdsChannel channel)
    {
        (_network, Id, _channel) = (network, id, channel);
        SyncLater(1);
        SweepLater();
    }

    public string Id { get; }

    // @waku/sds tells of every copy.
    public IReadOnlyList<string> Delivered => [.. _delivered.Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> Acknowledged => _acknowledged;

    /// <summary>How often bytes came that it could not read.</summary>
    public int Unreadable { get; private set; }

    public async Task<string> SendAsync(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var id = SdsNetwork.IdOf(bytes);
        await SendAsync(bytes, TransmitKind.New);
        RetryLater(id, bytes, MaxRetries);
        return id;
    }

    public async Task<string> SendEphemeralAsync(string content)
    {
        var sent = await _channel.SendEphemeralAsync(Encoding.UTF8.GetBytes(content));
        Broadcast(sent, TransmitKind.Ephemeral);
        return sent.MessageId;
    }

    /// <summary>Sends a sync message, if there is anything to say in one.</summary>
    public async Task SyncAsync()
    {
        if (await _channel.SyncAsync() is { } sync)
            Broadcast(sync, TransmitKind.Sync);
        SyncLater(2);
    }

    public Task<JsSdsState> StateAsync() => _channel.StateAsync();

    public async Task ReceiveAsync(byte[] wire, byte[] hint)
    {
        try
        {
            Told(await _channel.ReceiveAsync(wire, hint));
        }
        catch (PeerException failure) when (failure.Message.Contains("not a message", StringComparison.Ordinal))
        {
            Unreadable++;
        }
    }

    public async Task<IReadOnlyList<string>> LogAsync() => (await StateAsync()).Log;

    public async Task<IReadOnlyList<string>> OutgoingAsync() => (await StateAsync()).Outgoing;

    public async Task<int> WaitingAsync() => (await StateAsync()).Incoming.Count;

    async Task SendAsync(byte[] content, TransmitKind kind)
    {
        var id = SdsNetwork.IdOf(content);
        Broadcast(await _channel.SendAsync(content, SdsNetwork.HintOf(id)), kind);
        SyncLater(1);
    }

    void RetryLater(string id, byte[] content, int left) => _network.In(RetryInterval, async () =>
    {
        if (_acknowledged.Contains(id) || left == 0)
            return;
        await SendAsync(content, TransmitKind.Retransmission);
        RetryLater(id, content, left - 1);
    });

    void SyncLater(double share)
    {
        var version = ++_syncVersion;
        _network.In((long)(_network.Random.NextDouble() * SyncInterval * share), () => version == _syncVersion ? SyncAsync() : Task.CompletedTask);
    }

    void SweepLater() => _network.In(SweepInterval, async () =>
    {
        var swept = await _channel.SweepIncomingAsync();
        Told(swept.Events);
        foreach (var missing in swept.Missing)
        {
            if (missing.RetrievalHint is { } hint)
                _network.Retrieve(this, hint);
        }
        foreach (var repair in (await _channel.SweepRepairsAsync()).Repairs)
            Broadcast(repair, TransmitKind.Repair);
        SweepLater();
    });

    void Told(IReadOnlyList<JsSdsEvent> events)
    {
        foreach (var told in events)
        {
            switch (told.Type)
            {
                case "InMessageDelivered": _delivered.AddRange(told.Ids); break;
                case "OutMessageAcknowledged": _acknowledged.AddRange(told.Ids); break;
                case "InMessageReceived": SyncLater(0.5); break;
                case "InSyncReceived": SyncLater(1); break;
                default: break;
            }
        }
    }

    void Broadcast(JsSdsSent sent, TransmitKind kind) => _network.Broadcast(new SdsPacket(this, kind, sent.MessageId, sent.Wire));
}

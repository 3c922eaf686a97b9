using System.Text.Json;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A participant of a channel in a <see cref="JsSdsPeer"/>.</summary>
/// <remarks>Nothing happens by itself: what js-waku's callers do every few seconds, the sweeps and sync messages, a test does here.</remarks>
internal sealed class JsSdsChannel(PeerProcess process, string on)
{
    /// <summary>Sends content. The same content again is a retransmission of the same message, until it is acknowledged.</summary>
    /// <param name="content">At least a byte.</param>
    /// <param name="hint">The retrieval hint that the network has given it.</param>
    /// <param name="isTaken">Whether the network took it; if not, it waits to be sent again, and is not in the log.</param>
    public async Task<JsSdsSent> SendAsync(byte[] content, byte[]? hint = null, bool isTaken = true) =>
        JsPeer.Read<JsSdsSent>(await CallAsync("send", new { On = on, Content = content, Hint = hint, IsTaken = isTaken }));

    /// <summary>Sends an ephemeral message.</summary>
    public async Task<JsSdsSent> SendEphemeralAsync(byte[] content) => JsPeer.Read<JsSdsSent>(await CallAsync("ephemeral", new { On = on, Content = content }));

    /// <summary>Sends a sync message; null when there is nothing to say in it, neither history nor a repair request.</summary>
    public async Task<JsSdsSent?> SyncAsync()
    {
        var answer = await CallAsync("sync", new { On = on });
        return answer.TryGetProperty("wire", out _) ? JsPeer.Read<JsSdsSent>(answer) : null;
    }

    /// <summary>Receives a message.</summary>
    /// <returns>What the application is told.</returns>
    /// <exception cref="PeerException">js-waku cannot read it, or fails on it.</exception>
    public async Task<IReadOnlyList<JsSdsEvent>> ReceiveAsync(byte[] wire, byte[]? hint = null) =>
        Events(await CallAsync("receive", new { On = on, Wire = wire, Hint = hint }));

    /// <summary>Delivers what waits for others that are there now, and gives up what has waited too long.</summary>
    public async Task<JsSdsMissing> SweepIncomingAsync() => JsPeer.Read<JsSdsMissing>(await CallAsync("sweepIncoming", new { On = on }));

    /// <summary>The messages that nobody has acknowledged: what is to be sent again.</summary>
    public async Task<JsSdsOutgoing> SweepOutgoingAsync() => JsPeer.Read<JsSdsOutgoing>(await CallAsync("sweepOutgoing", new { On = on }));

    /// <summary>Sends the repairs that are due.</summary>
    public async Task<JsSdsRepairs> SweepRepairsAsync() => JsPeer.Read<JsSdsRepairs>(await CallAsync("sweepRepairs", new { On = on }));

    /// <summary>What it holds.</summary>
    public async Task<JsSdsState> StateAsync() => JsPeer.Read<JsSdsState>(await CallAsync("state", new { On = on }));

    Task<JsonElement> CallAsync(string command, object fields) => process.CallAsync(command, fields);

    static JsSdsEvent[] Events(JsonElement answer) => JsPeer.Read<JsSdsEvent[]>(answer.GetProperty("events"));
}

/// <summary>What a channel tells its application.</summary>
/// <param name="Type">The name in js-waku's <c>MessageChannelEvent</c>, like <c>InMessageDelivered</c>.</param>
/// <param name="Ids">The messages it is about.</param>
internal sealed record JsSdsEvent(string Type, IReadOnlyList<string> Ids);

/// <summary>A message that leaves.</summary>
internal sealed record JsSdsSent(string Kind, string MessageId, byte[] Wire, IReadOnlyList<JsSdsEvent>? Events);

/// <summary>What is missing.</summary>
internal sealed record JsSdsMissing(IReadOnlyList<JsSdsEntry> Missing, IReadOnlyList<JsSdsEvent> Events);

/// <summary>What nobody has acknowledged, and what somebody may have.</summary>
internal sealed record JsSdsOutgoing(IReadOnlyList<JsSdsSent> Unacknowledged, IReadOnlyList<JsSdsSent> PossiblyAcknowledged);

/// <summary>Messages that others have asked for.</summary>
internal sealed record JsSdsRepairs(IReadOnlyList<JsSdsSent> Repairs, IReadOnlyList<JsSdsEvent> Events);

/// <summary>What a participant holds, by message ids.</summary>
/// <param name="Log">In the channel's order.</param>
/// <param name="Outgoing">What is not acknowledged.</param>
/// <param name="PossiblyAcknowledged">What at least one bloom filter has named, and not enough of them.</param>
/// <param name="Incoming">What waits for others.</param>
/// <param name="RepairRequests">What it will ask for, and when.</param>
/// <param name="RepairResponses">What it will send again for others, and when.</param>
/// <param name="Filter">The bytes of its bloom filter.</param>
internal sealed record JsSdsState(
    ulong Lamport,
    IReadOnlyList<string> Log,
    IReadOnlyList<string> Outgoing,
    IReadOnlyList<string> PossiblyAcknowledged,
    IReadOnlyList<string> Incoming,
    IReadOnlyList<JsSdsDue> RepairRequests,
    IReadOnlyList<JsSdsDue> RepairResponses,
    byte[] Filter);

/// <summary>A repair, and when it is due, in milliseconds of the peer's clock.</summary>
internal sealed record JsSdsDue(string MessageId, double At);

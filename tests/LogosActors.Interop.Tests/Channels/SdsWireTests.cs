using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>js-waku and the wire of channels read each other.</summary>
public sealed class SdsWireTests : IAsyncLifetime
{
    const long Start = 1_800_000_000_000;

    JsSdsPeer _theirs = null!;

    public async Task InitializeAsync()
    {
        _theirs = await JsSdsPeer.StartAsync();
        await _theirs.SetClockAsync(Start);
    }

    public async Task DisposeAsync() => await _theirs.DisposeAsync();

    [Fact]
    public async Task What_js_waku_says_in_a_conversation_is_read_field_by_field()
    {
        var alice = await _theirs.JoinAsync("lobby", "alice");
        var bob = await _theirs.JoinAsync("lobby", "bob");
        var first = await alice.SendAsync([1, 2, 3], hint: [9, 9]);
        await bob.ReceiveAsync(first.Wire, hint: [9, 9]);
        var second = await bob.SendAsync([4]);

        foreach (var sent in new[] { first, second, await bob.SendEphemeralAsync([5]), (await bob.SyncAsync())! })
            AssertSame(await _theirs.DecodeAsync(sent.Wire), Decode(sent.Wire));
        var decoded = Decode(second.Wire);
        Assert.Equal(("bob", "lobby", (ulong)Start + 2), (decoded.SenderId, decoded.ChannelId, decoded.LamportTimestamp!.Value));
        var named = Assert.Single(decoded.CausalHistory);
        Assert.Equal((first.MessageId, "alice", "0909"), (named.MessageId, named.SenderId, Convert.ToHexString(named.RetrievalHint.Span)));
        Assert.True(decoded.BloomFilter!.MayContain(BloomKey.Of(first.MessageId)));
        Assert.False(decoded.BloomFilter.MayContain(BloomKey.Of(second.MessageId)));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("sync")]
    [InlineData("ephemeral")]
    public async Task What_we_write_js_waku_reads_field_by_field_and_writes_alike(string kind)
    {
        var message = Message(kind);
        var encoded = SdsCodec.Encode(message, SdsDialect.Specification);

        var decoded = await _theirs.DecodeAsync(encoded);

        Assert.Equal(kind, decoded.Kind);
        AssertSame(decoded, message);
        Assert.Equal(encoded, await _theirs.EncodeAsync(decoded));
    }

    [Fact]
    public async Task A_message_of_ours_is_delivered_and_acknowledges_by_its_history_and_by_its_filter()
    {
        var alice = await _theirs.JoinAsync("lobby", "alice");
        var named = await alice.SendAsync([1]);
        var found = await alice.SendAsync([2]);
        var filter = new RollingBloomFilter(BloomParameters.Default);
        filter.Add(BloomKey.Of(found.MessageId));
        var message = Message("content") with { CausalHistory = [new HistoryEntry(named.MessageId)], RepairRequest = [], BloomFilter = filter.Snapshot() };

        var events = await alice.ReceiveAsync(Encode(message));

        Assert.Contains(events, told => told.Type == "OutMessageAcknowledged" && told.Ids[0] == named.MessageId);
        Assert.Contains(events, told => told.Type == "OutMessagePossiblyAcknowledged" && told.Ids[0] == found.MessageId);
        Assert.Contains(events, told => told.Type == "InMessageDelivered" && told.Ids[0] == message.MessageId);
        events = await alice.ReceiveAsync(Encode(message with { MessageId = "another" }));
        Assert.Contains(events, told => told.Type == "OutMessageAcknowledged" && told.Ids[0] == found.MessageId);
        Assert.Empty((await alice.StateAsync()).Outgoing);
    }

    [Fact]
    public async Task What_js_waku_misses_it_asks_for_and_the_request_is_read()
    {
        var bob = await _theirs.JoinAsync("lobby", "bob", new JsSdsOptions { Repair = new JsSdsRepair() });
        var missed = new HistoryEntry("missed", new byte[] { 7 }, "alice");
        var events = await bob.ReceiveAsync(Encode(Message("content") with { CausalHistory = [missed], RepairRequest = [] }));
        Assert.Contains(events, told => told.Type == "InMessageMissing" && told.Ids[0] == "missed");

        var due = Assert.Single((await bob.StateAsync()).RepairRequests);
        Assert.Equal("missed", due.MessageId);
        await _theirs.SetClockAsync((long)due.At);
        var asked = Assert.Single(Decode((await bob.SyncAsync())!.Wire).RepairRequest);

        Assert.Equal(("missed", "alice", "07"), (asked.MessageId, asked.SenderId, Convert.ToHexString(asked.RetrievalHint.Span)));
    }

    [Fact]
    public async Task What_we_ask_for_js_waku_sends_again()
    {
        var alice = await _theirs.JoinAsync("lobby", "alice", new JsSdsOptions { Repair = new JsSdsRepair() });
        var lost = await alice.SendAsync([1, 2, 3]);
        var request = Message("sync") with { CausalHistory = [], RepairRequest = [new HistoryEntry(lost.MessageId, SenderId: "alice")] };

        await alice.ReceiveAsync(Encode(request));
        var due = Assert.Single((await alice.StateAsync()).RepairResponses);
        await _theirs.SetClockAsync((long)due.At);
        var repair = Assert.Single((await alice.SweepRepairsAsync()).Repairs);

        Assert.Equal((lost.MessageId, "010203"), (Decode(repair.Wire).MessageId, Convert.ToHexString(Decode(repair.Wire).Content.Span)));
    }

    static SdsMessage Message(string kind)
    {
        var filter = new RollingBloomFilter(BloomParameters.Default);
        filter.Add(BloomKey.Of("a1"));
        var message = new SdsMessage { SenderId = "carol", MessageId = "c3", ChannelId = "lobby" };
        return kind switch
        {
            "ephemeral" => message with { Content = new byte[] { 1 } },
            "sync" => message with { LamportTimestamp = 1, CausalHistory = [new HistoryEntry("a1")], BloomFilter = filter.Snapshot() },
            _ => message with
            {
                LamportTimestamp = (1UL << 60) + 1, // more than a number of JavaScript holds
                CausalHistory = [new HistoryEntry("a1", new byte[32], "bob"), new HistoryEntry("b2")],
                BloomFilter = filter.Snapshot(),
                RepairRequest = [new HistoryEntry("z9", SenderId: "dave")],
                Content = new byte[1000],
            },
        };
    }

    static byte[] Encode(SdsMessage message) => SdsCodec.Encode(message, SdsDialect.Specification);

    static SdsMessage Decode(byte[] wire)
    {
        Assert.True(SdsCodec.TryDecode(wire, BloomParameters.Default, out var message, out var dialect, out var error), $"{error}");
        Assert.Equal(SdsDialect.Specification, dialect);
        return message;
    }

    static void AssertSame(JsSdsMessage theirs, SdsMessage ours)
    {
        Assert.Equal((theirs.SenderId, theirs.MessageId, theirs.ChannelId, theirs.Lamport), (ours.SenderId, ours.MessageId, ours.ChannelId, ours.LamportTimestamp));
        Assert.Equal((theirs.Kind is "sync", theirs.Kind is "ephemeral"), (ours.IsSync, ours.IsEphemeral));
        Assert.Equal(theirs.CausalHistory.Select(Text), ours.CausalHistory.Select(Text));
        Assert.Equal(theirs.RepairRequest.Select(Text), ours.RepairRequest.Select(Text));
        Assert.Equal(theirs.Content ?? [], ours.Content.ToArray());
        Assert.Equal(theirs.BloomFilter is null, ours.BloomFilter is null);
    }

    static string Text(JsSdsEntry entry) => $"{entry.MessageId} {Convert.ToHexString(entry.RetrievalHint ?? [])} {entry.SenderId}";

    static string Text(HistoryEntry entry) => $"{entry.MessageId} {Convert.ToHexString(entry.RetrievalHint.Span)} {entry.SenderId}";
}

using LogosActors.Channels;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Interop.Tests.Channels.Conversations;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>A participant of ours and one of @waku/sds in a channel.</summary>
public sealed class ConversationTests(JsSdsPeerFixture peer) : IClassFixture<JsSdsPeerFixture>
{
    // js-waku acknowledges up to 15 s after what it heard last, and each copy puts that off.
    static readonly SdsOptions Patient = new() { MaxRetransmissions = 100 };

    static readonly SdsOptions WithShortRepair = Patient with { RepairMaxDelay = TimeSpan.FromSeconds(120) };
    static readonly JsSdsOptions WithRepair = new() { Repair = new JsSdsRepair() };

    [Fact]
    public async Task Replies_are_delivered_in_order_and_each_acknowledges_what_it_answers()
    {
        // So many filters that they acknowledge nothing by themselves.
        var (network, ours, theirs) = await StartAsync(Patient with { PossibleAcknowledgements = 100 }, new JsSdsOptions { PossibleAcksThreshold = 100 });
        var (weSent, theySent) = (new List<string>(), new List<string>());
        for (var i = 0; i < 5; i++)
        {
            weSent.Add(await ours.SendAsync($"question {i}"));
            await network.ArriveAsync();
            theySent.Add(await theirs.SendAsync($"answer {i}"));
            await network.ArriveAsync();
        }

        Assert.Equal(theySent, ours.Delivered);
        Assert.Equal(weSent, theirs.Delivered);
        Assert.Equal(weSent, ours.Acknowledged);
        Assert.Equal(theySent[..^1], theirs.Acknowledged);
        Assert.Equal(weSent.Zip(theySent, (question, answer) => new[] { question, answer }).SelectMany(pair => pair), await network.UntilSettledAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_reply_does_not_name_is_acknowledged_by_the_filters(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync(Patient with { CausalHistorySize = 1, FilterInterval = TimeSpan.Zero }, new JsSdsOptions { CausalHistorySize = 1 });
        IParticipant from = weSend ? ours : theirs, to = weSend ? theirs : ours;
        string[] sent = [await from.SendAsync("first"), await from.SendAsync("second")];
        await network.ArriveAsync();

        for (var reply = 0; reply < 2; reply++)
        {
            await to.SendAsync($"reply {reply}");
            Assert.DoesNotContain(Decode(network.Sent[^1]).CausalHistory, name => name.MessageId == sent[0]);
            await network.ArriveAsync();
        }

        Assert.Equal(sent.Order(StringComparer.Ordinal), from.Acknowledged.Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(4, (await network.UntilSettledAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_only_listens_acknowledges_with_sync_messages(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync();
        IParticipant from = weSend ? ours : theirs, to = weSend ? theirs : ours;

        var sent = await from.SendAsync("hello");
        await network.UntilAsync(() => from.Acknowledged.Contains(sent));

        Assert.All(network.Sent.Where(packet => packet.From == to), packet => Assert.Equal(TransmitKind.Sync, packet.Kind));
        Assert.Equal([sent], await network.UntilSettledAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_is_lost_is_sent_again(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync();
        IParticipant from = weSend ? ours : theirs, to = weSend ? theirs : ours;
        network.Delays = static (packet, _) => packet.Kind is TransmitKind.New or TransmitKind.Sync ? [] : [0];

        var sent = await from.SendAsync("hello");
        await network.UntilAsync(() => to.Delivered.Count > 0);
        Assert.Contains(network.Sent, packet => packet.From == from && packet.Kind is TransmitKind.Retransmission);
        network.Delays = static (_, _) => [0];

        Assert.Equal([sent], await network.UntilSettledAsync());
        Assert.Equal([sent], from.Acknowledged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_acknowledgement_that_is_lost_is_given_again(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync();
        IParticipant from = weSend ? ours : theirs, to = weSend ? theirs : ours;
        network.Delays = (packet, _) => packet.From == to ? [] : [0];

        var sent = await from.SendAsync("hello");
        await network.UntilAsync(() => network.Sent.Any(packet => packet.Kind is TransmitKind.Retransmission) && network.Sent.Any(packet => packet.From == to));
        Assert.Empty(from.Acknowledged);
        network.Delays = static (_, _) => [0];

        Assert.Equal([sent], await network.UntilSettledAsync());
        Assert.Equal([sent], from.Acknowledged);
        Assert.Equal([sent], to.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_overtakes_another_waits_for_it(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync();
        IParticipant from = weSend ? ours : theirs, to = weSend ? theirs : ours;
        network.Delays = (packet, _) => [packet.MessageId == network.Sent[0].MessageId ? 2000 : 0];

        string[] sent = [await from.SendAsync("first"), await from.SendAsync("second"), await from.SendAsync("third")];
        await network.ArriveAsync();
        Assert.Empty(to.Delivered);
        Assert.Equal(2, await to.WaitingAsync());

        Assert.Equal(sent, await network.UntilSettledAsync());
        Assert.Equal(sent, to.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ephemeral_message_comes_at_once_and_is_in_no_history(bool weSend)
    {
        var (network, ours, theirs) = await StartAsync();
        IParticipant from = weSend ? ours : theirs;

        var sent = await from.SendEphemeralAsync("now");
        await network.ArriveAsync();

        // @waku/sds takes it, and leaves it to its caller to tell the application.
        var read = await peer.Peer.DecodeAsync(network.Sent[0].Wire);
        Assert.Equal(("ephemeral", sent, "now"), (read.Kind, read.MessageId, System.Text.Encoding.UTF8.GetString(read.Content!)));
        Assert.Equal(0, theirs.Unreadable);
        Assert.Equal(weSend ? [] : [sent], ours.Delivered);
        Assert.Empty(await network.UntilSettledAsync());
        Assert.Empty(from.Acknowledged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_misses_a_message_asks_and_its_sender_sends_it_again(bool weAsk)
    {
        var (network, ours, theirs) = await StartAsync(WithShortRepair, WithRepair);
        IParticipant asks = weAsk ? ours : theirs, answers = weAsk ? theirs : ours;
        network.Delays = (packet, _) => packet.MessageId == network.Sent[0].MessageId && packet.Kind is not TransmitKind.Repair ? [] : [0];

        var missed = await answers.SendAsync("missed");
        var named = await answers.SendAsync("named");
        await network.ArriveAsync();
        Assert.Equal(1, await asks.WaitingAsync());
        var due = SdsNetwork.Start + RepairHash.RequestDelay(asks.Id, missed, 30_000, 120_000);
        if (!weAsk)
            Assert.Equal(new JsSdsDue(missed, due), Assert.Single((await theirs.StateAsync()).RepairRequests));
        await network.UntilAsync(() => asks.Delivered.Count == 2);

        Assert.True(network.Now >= due);
        Assert.Contains(network.Sent, packet => packet.From == asks && Decode(packet).RepairRequest.Any(entry => entry.MessageId == missed && entry.SenderId == answers.Id));
        Assert.Contains(network.Sent, packet => packet.From == answers && packet.Kind is TransmitKind.Repair && packet.MessageId == missed);
        Assert.Equal([missed, named], asks.Delivered);
        Assert.Equal([missed, named], await network.UntilSettledAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_only_a_sync_message_tells_of_is_asked_for(bool weAsk)
    {
        var (network, ours, theirs) = await StartAsync(WithShortRepair with { MaxRetransmissions = 0 }, WithRepair);
        IParticipant asks = weAsk ? ours : theirs, answers = weAsk ? theirs : ours;
        network.Delays = static (packet, _) => packet.Kind is TransmitKind.Sync or TransmitKind.Repair ? [0] : [];

        var missed = await answers.SendAsync("missed");

        Assert.Equal([missed], await network.UntilSettledAsync());
        Assert.Equal([missed], asks.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_a_message_sends_it_again_for_a_sender_who_is_gone(bool weAnswer)
    {
        var (network, ours, theirs) = await StartAsync(WithShortRepair, WithRepair);
        IParticipant asks = weAnswer ? theirs : ours, answers = weAnswer ? ours : theirs;
        IParticipant gone = weAnswer ? await network.JoinTheirsAsync("gone") : network.JoinOurs("gone");
        network.Delays = (packet, to) => to == answers && packet.From == gone ? [0] : [];
        var missed = await gone.SendAsync("missed");
        await network.ArriveAsync();
        network.Delays = (packet, to) => packet.From == gone || to == gone ? [] : [0];

        var named = await answers.SendAsync("named");
        await network.UntilAsync(() => asks.Delivered.Count == 2);

        Assert.Equal([missed, named], asks.Delivered);
        Assert.Contains(network.Sent, packet => packet.From == answers && packet.Kind is TransmitKind.Repair && packet.MessageId == missed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_is_missing_is_found_in_a_store_by_its_hint(bool weMiss)
    {
        var (network, ours, theirs) = await StartAsync(Patient with { Repair = false }, hasStore: true);
        IParticipant misses = weMiss ? ours : theirs, from = weMiss ? theirs : ours;
        network.Delays = (packet, _) => packet.MessageId == network.Sent[0].MessageId ? [] : [0];

        var missed = await from.SendAsync("missed");
        var named = await from.SendAsync("named");
        await network.ArriveAsync();
        Assert.Equal(SdsNetwork.HintOf(missed), Assert.Single(Decode(network.Sent[^1]).CausalHistory).RetrievalHint.ToArray());
        Assert.Equal(1, await misses.WaitingAsync());

        Assert.Equal([missed, named], await network.UntilSettledAsync());
        Assert.Equal([missed, named], misses.Delivered);
    }

    async Task<(SdsNetwork Network, OurParticipant Ours, TheirParticipant Theirs)> StartAsync(
        SdsOptions? ours = null, JsSdsOptions? theirs = null, bool hasStore = false)
    {
        var network = new SdsNetwork(peer.Peer) { HasStore = hasStore };
        return (network, network.JoinOurs("ours", ours ?? Patient), await network.JoinTheirsAsync("theirs", theirs));
    }

    static SdsMessage Decode(SdsPacket packet)
    {
        Assert.True(SdsCodec.TryDecode(packet.Wire, BloomParameters.Default, out var message, out _, out _));
        return message;
    }
}

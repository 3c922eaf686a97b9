using System.Text.Json;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Delivery.Topics;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>A reliable channel of ours and js-waku's ReliableChannel on the same content topic.</summary>
/// <remarks>
/// js-waku's needs light push and filter of a service node, and refuses relay. Our node serves neither, so a relay node of js-waku lends it both
/// (peers/reliable-channels.mjs): wrapping, retries, sync messages, order and acknowledgements are js-waku's own.
/// </remarks>
public sealed class ReliableChannelTests : IAsyncLifetime
{
    const string Topic = "/toychat/2/huilong/proto"; // on shard 3 of 8
    const int Shard = 3;

    static readonly Autosharding Network = new(1, 8);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    JsWakuPeer _theirs = null!;
    MessagingNode _node = null!;
    ReliableChannel _ours = null!;
    IAsyncEnumerator<ChannelEvent> _told = null!;
    IAsyncEnumerator<ChannelEvent> _received = null!;

    public async Task InitializeAsync()
    {
        _theirs = await JsWakuPeer.StartRelayAsync(Network, "tcp", "yamux", Shard);
        _node = await MessagingNode.CreateAsync(new NodeOptions
        {
            Network = Network,
            EntryNodes = [_theirs.Addresses[0]],
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        });
        await _node.StartAsync();
        _ours = await _node.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            SenderId = "ours",
            Segmentation = new SegmentationOptions { AllowBareMessages = true },
            // js-waku acknowledges when its timers say so, which a slow machine delays.
            Sds = new SdsOptions { MaxRetransmissions = 20 },
        });
        _told = _ours.Events().GetAsyncEnumerator();
        _received = _ours.Events().GetAsyncEnumerator();
        // js-waku's own times are those of people; these let a test end in seconds.
        await _theirs.CallAsync("openChannel", new
        {
            ContentTopic = Topic,
            Channel = "lobby",
            Sender = "theirs",
            Options = new { SyncMinIntervalMs = 1000, RetryIntervalMs = 3000, SweepInBufIntervalMs = 500, ProcessTaskMinElapseMs = 50 },
        });
        await OurHost.UntilAsync(async () => (await _node.RelayStatusAsync(_node.ShardOf(Topic))).Subscribers == 1);
        await OurHost.UntilAsync(async () => OurHost.Texts(await _theirs.CallAsync("subscribers", new { Shard }), "subscribers").Any());
    }

    public async Task DisposeAsync()
    {
        await _told.DisposeAsync();
        await _received.DisposeAsync();
        await _ours.DisposeAsync();
        await _node.DisposeAsync();
        await _theirs.DisposeAsync();
    }

    [Fact]
    public async Task What_we_say_comes_to_js_waku_and_it_acknowledges()
    {
        var payloads = Payloads();

        foreach (var payload in payloads)
        {
            var sent = await _ours.SendAsync(payload);
            Assert.True(sent.IsSuccess, sent.Error?.Message);
        }

        foreach (var payload in payloads)
            await _theirs.EventAsync("channelMessage", heard => heard.GetProperty("payload").GetBytesFromBase64().AsSpan().SequenceEqual(payload));
        for (var i = 0; i < payloads.Length; i++)
            await NextAsync<ReliableMessageDelivered>(_told);
    }

    [Fact]
    public async Task What_js_waku_says_comes_to_us_once_in_order_and_we_acknowledge()
    {
        var payloads = Payloads();

        var sent = new List<string>();
        foreach (var payload in payloads)
            sent.Add((await _theirs.CallAsync("sendOnChannel", new { Channel = "lobby", Payload = payload })).GetProperty("messageId").GetString()!);

        foreach (var payload in payloads)
        {
            var received = await NextAsync<ReliableMessageReceived>(_received);
            Assert.Equal(("theirs", Topic), (received.SenderId, received.ContentTopic));
            Assert.Equal(payload, received.Payload.ToArray());
        }
        foreach (var id in sent)
            await _theirs.EventAsync("message-acknowledged", told => IsOf(told, id));
    }

    [Fact]
    public async Task Each_reply_comes_after_what_it_answers_and_acknowledges_it()
    {
        for (byte i = 0; i < 5; i++)
        {
            var question = (await _ours.SendAsync(new byte[] { 1, i })).Value;
            await _theirs.EventAsync("channelMessage", heard => heard.GetProperty("payload").GetBytesFromBase64() is [1, var j] && j == i);
            var answer = await _theirs.CallAsync("sendOnChannel", new { Channel = "lobby", Payload = new byte[] { 2, i } });
            Assert.Equal([2, i], (await NextAsync<ReliableMessageReceived>(_received)).Payload.ToArray());
            Assert.Equal(question, (await NextAsync<ReliableMessageDelivered>(_told)).RequestId);
            await _theirs.EventAsync("message-acknowledged", told => IsOf(told, answer.GetProperty("messageId").GetString()!));
        }
    }

    static byte[][] Payloads() => [.. new[] { 1, 100, 50_000, 2 }.Select((length, i) => Enumerable.Repeat((byte)(i + 1), length).ToArray())];

    static bool IsOf(JsonElement told, string id) => told.GetProperty("messageId").GetString() == id;

    static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<ChannelEvent> events)
        where TEvent : ChannelEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            Assert.IsNotType<ReliableMessageSendError>(events.Current);
            if (events.Current is TEvent wanted)
                return wanted;
        }
        throw new InvalidOperationException("The channel was closed.");
    }
}

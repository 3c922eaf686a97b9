using System.Text;
using System.Text.Json;
using LogosActors.Delivery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Topics;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Delivery;

/// <summary>A light node of js-waku at a service node of ours, over WebSocket and mplex as it comes.</summary>
public sealed class LightServiceTests : IAsyncLifetime
{
    const string Topic = "/toychat/2/huilong/proto";

    static readonly Autosharding Network = new(1, 8);

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;
    MessagingNode _service = null!;
    MessagingNode _relay = null!;
    JsWakuPeer _theirs = null!;

    public async Task InitializeAsync()
    {
        _service = await StartServiceAsync("/ip4/127.0.0.1/tcp/0/ws");
        _relay = await StartRelayAsync();
        _theirs = await JsWakuPeer.StartLightAsync(Network, "mplex");
        await _theirs.CallAsync("dial", new { Address = _service.Addresses[0].ToString() });
    }

    public async Task DisposeAsync()
    {
        await _theirs.DisposeAsync();
        await _relay.DisposeAsync();
        await _service.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_js_waku_pushes_by_version_3_or_2_is_relayed(bool isLegacy)
    {
        await _theirs.CallAsync("waitFor", new { Protocol = "LightPush", ContentTopic = Topic });
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _relay.MessageReceived += (_, told) => received.TrySetResult(Encoding.UTF8.GetString(told.Message.Payload.Span));

        var sent = await _theirs.CallAsync("push", new { ContentTopic = Topic, Payload = Convert.ToBase64String("hello"u8), Legacy = isLegacy });

        Assert.Equal([_service.PeerId.ToString()], OurHost.Texts(sent, "successes"));
        Assert.Equal("hello", await received.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(-356 * 24)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task What_js_waku_pushes_with_a_time_that_is_far_off_is_relayed(int hours)
    {
        await _theirs.CallAsync("waitFor", new { Protocol = "LightPush", ContentTopic = Topic });
        var timestamp = DateTimeOffset.UtcNow.AddHours(hours).ToUnixTimeMilliseconds();

        var sent = await _theirs.CallAsync("push", new { ContentTopic = Topic, Payload = "AAAA", Timestamp = timestamp });

        Assert.Equal([_service.PeerId.ToString()], OurHost.Texts(sent, "successes"));
    }

    [Fact]
    public async Task A_push_that_reaches_no_relay_fails_at_js_waku()
    {
        await _theirs.CallAsync("waitFor", new { Protocol = "LightPush", ContentTopic = Topic });
        await _relay.DisposeAsync();
        await OurHost.UntilAsync(async () => (await _service.RelayStatusAsync(_service.ShardOf(Topic))).Subscribers == 0);

        var sent = await _theirs.CallAsync("push", new { ContentTopic = Topic, Payload = "AAAA" });

        Assert.Empty(OurHost.Texts(sent, "successes"));
        Assert.Equal(["Remote peer rejected"], OurHost.Texts(sent, "failures"));
    }

    [Fact]
    public async Task A_filter_subscription_is_pushed_more_messages_than_js_waku_takes_streams_and_is_renewed_after_a_restart()
    {
        await _theirs.CallAsync("waitFor", new { Protocol = "Filter", ContentTopic = Topic });
        Assert.True((await _theirs.CallAsync("subscribe", new { ContentTopic = Topic })).GetProperty("subscribed").GetBoolean());
        for (var i = 0; i < 250; i++)
            Assert.True((await _relay.SendAsync(Message($"{i}"))).IsSuccess);
        for (var i = 0; i < 250; i++)
            await _theirs.EventAsync("message", message => TextOf(message) == $"{i}");

        var address = _service.Addresses[0].Decapsulate(MultiaddrProtocol.P2p)!.ToString();
        await _service.DisposeAsync();
        _service = await StartServiceAsync(address);
        await _relay.DisposeAsync();
        _relay = await StartRelayAsync();
        await _theirs.CallAsync("dial", new { Address = _service.Addresses[0].ToString() });
        await OurHost.UntilAsync(() => _service.FilterFeed!.Subscribers == 1);

        Assert.True((await _relay.SendAsync(Message("after"))).IsSuccess);
        var pushed = await _theirs.EventAsync("message", message => TextOf(message) == "after");
        Assert.Equal(_service.ShardOf(Topic).ToString(), pushed.GetProperty("pubsubTopic").GetString());
    }

    Task<MessagingNode> StartServiceAsync(string address) => StartAsync(new NodeOptions
    {
        Network = Network,
        Shards = [.. Network.Shards],
        DataDirectory = _path,
        ListenAddresses = [Multiaddr.Parse(address), Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        // js-waku pings once a second here.
        FilterService = new FilterServiceOptions { PeerLimit = null },
        LightpushService = new LightpushServiceOptions(),
    });

    async Task<MessagingNode> StartRelayAsync()
    {
        var relay = await StartAsync(new NodeOptions
        {
            Network = Network,
            EntryNodes = [_service.Addresses[1]],
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        });
        await relay.SubscribeAsync([Topic]);
        await OurHost.UntilAsync(async () => (await _service.RelayStatusAsync(_service.ShardOf(Topic))).Subscribers == 1);
        await OurHost.UntilAsync(async () => (await relay.RelayStatusAsync(_service.ShardOf(Topic))).Subscribers == 1);
        return relay;
    }

    static async Task<MessagingNode> StartAsync(NodeOptions options)
    {
        var node = await MessagingNode.CreateAsync(options);
        await node.StartAsync();
        return node;
    }

    static MessageEnvelope Message(string text) => new(Topic, Encoding.UTF8.GetBytes(text));

    static string TextOf(JsonElement message) => Encoding.UTF8.GetString(message.GetProperty("payload").GetBytesFromBase64());
}

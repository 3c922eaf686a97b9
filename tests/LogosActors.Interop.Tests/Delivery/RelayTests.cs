using System.Text;
using LogosActors.Delivery;
using LogosActors.Delivery.Topics;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Delivery;

/// <summary>Messages between nodes of ours and relay nodes of js-waku.</summary>
public sealed class RelayTests
{
    const string Topic = "/toychat/2/huilong/proto"; // on shard 3 of 8, as the Nim reference's tests have it

    static readonly Autosharding Network = new(1, 8);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("tcp", "yamux", true)]
    [InlineData("tcp", "mplex", false)]
    [InlineData("ws", "mplex", true)]
    [InlineData("ws", "mplex", false)]
    public async Task Messages_travel_both_ways_on_the_shard_that_both_find_and_their_hashes_agree(string transport, string muxer, bool weDial)
    {
        await using var theirs = await JsWakuPeer.StartRelayAsync(Network, transport, muxer, 3);
        await using var ours = await StartAsync(transport, weDial ? [theirs.Addresses[0]] : []);
        await using var events = ours.Events().GetAsyncEnumerator();
        Assert.Empty(await ours.SubscribeAsync([Topic]));
        if (!weDial)
            await theirs.CallAsync("dial", new { Address = ours.Addresses[0].ToString() });
        await KnowEachOtherAsync(ours, theirs);

        var sent = await ours.SendAsync(new MessageEnvelope(Topic, "from us"u8.ToArray()) { Meta = new byte[] { 1, 2 }, IsEphemeral = true });
        var heard = await theirs.EventAsync("message");
        var published = await theirs.CallAsync("publish", new { ContentTopic = Topic, Payload = Convert.ToBase64String("from them"u8), Meta = "AQI=" });
        var received = await NextAsync<MessageReceived>(events);

        Assert.True(sent.IsSuccess);
        Assert.Equal("/waku/2/rs/1/3", heard.GetProperty("topic").GetString());
        Assert.Equal(Topic, heard.GetProperty("contentTopic").GetString());
        Assert.Equal("from us", Encoding.UTF8.GetString(heard.GetProperty("payload").GetBytesFromBase64()));
        Assert.Equal("AQI=", heard.GetProperty("meta").GetString());
        Assert.True(heard.GetProperty("ephemeral").GetBoolean());
        Assert.Equal("from them", Encoding.UTF8.GetString(received.Message.Payload.Span));
        Assert.Equal([1, 2], received.Message.Meta.ToArray());
        Assert.NotNull(received.Timestamp);
        Assert.Equal(published.GetProperty("hash").GetString(), received.Hash.ToString()[2..]);
    }

    [Fact]
    public async Task The_hash_of_what_we_send_is_the_one_that_js_waku_computes()
    {
        await using var theirs = await JsWakuPeer.StartRelayAsync(Network, "tcp", "yamux", 3);
        await using var ours = await StartAsync("tcp", theirs.Addresses[0]);
        await using var events = ours.Events().GetAsyncEnumerator();
        await ours.SubscribeAsync([Topic]);
        await KnowEachOtherAsync(ours, theirs);

        await ours.SendAsync(new MessageEnvelope(Topic, Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray()));

        var heard = await theirs.EventAsync("message");
        Assert.Equal((await NextAsync<MessageSent>(events)).Hash.ToString()[2..], heard.GetProperty("hash").GetString());
    }

    [Fact]
    public async Task Each_tells_the_other_its_cluster_and_we_tell_our_shards()
    {
        await using var theirs = await JsWakuPeer.StartRelayAsync(Network, "tcp", "yamux", 3);
        await using var ours = await StartAsync("tcp", theirs.Addresses[0]);
        await ours.SubscribeAsync([Topic]);
        await KnowEachOtherAsync(ours, theirs);

        var metadata = await theirs.CallAsync("metadata", new { Peer = ours.PeerId.ToString() });

        Assert.Equal(1, metadata.GetProperty("cluster").GetInt32());
        Assert.Equal([3], metadata.GetProperty("shards").EnumerateArray().Select(shard => shard.GetInt32()));
    }

    [Fact]
    public async Task A_js_waku_node_of_another_cluster_is_disconnected()
    {
        await using var theirs = await JsWakuPeer.StartRelayAsync(new Autosharding(2, 8), "tcp", "yamux", 3);
        await using var ours = await StartAsync("tcp");
        await theirs.CallAsync("dial", new { Address = ours.Addresses[0].ToString() });

        await theirs.EventAsync("disconnected", peer => peer.GetProperty("peer").GetString() == ours.PeerId.ToString());
    }

    static async Task<MessagingNode> StartAsync(string transport, params Multiaddr[] entryNodes)
    {
        var node = await MessagingNode.CreateAsync(new NodeOptions
        {
            Network = Network,
            EntryNodes = entryNodes,
            ListenAddresses = [Multiaddr.Parse(transport == "ws" ? "/ip4/127.0.0.1/tcp/0/ws" : "/ip4/127.0.0.1/tcp/0")],
        });
        await node.StartAsync();
        return node;
    }

    static async Task KnowEachOtherAsync(MessagingNode ours, JsWakuPeer theirs)
    {
        await OurHost.UntilAsync(async () => (await ours.RelayStatusAsync(ours.ShardOf(Topic))).Subscribers == 1);
        await OurHost.UntilAsync(async () => OurHost.Texts(await theirs.CallAsync("subscribers", new { Shard = 3 }), "subscribers").Any());
    }

    static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<MessagingEvent> events)
        where TEvent : MessagingEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            if (events.Current is TEvent wanted)
                return wanted;
        }
        throw new InvalidOperationException("The node was disposed.");
    }
}

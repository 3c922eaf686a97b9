using System.Globalization;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Gossipsub;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Relay;

/// <summary>A neighbour relays what strangers have made: it loses its place for what the whole network rejects, and for nothing else.</summary>
public sealed class StrangeMessageTests
{
    const int Messages = 12; // enough to graylist who is penalised for each: 100 * 12 * 12 > 10,000

    public static TheoryData<string, string> Ignored => new()
    {
        { "a content topic that is not UTF-8", "120c2f612f312fff2f70726f746f" },
        { "an empty content topic", "1200" },
        { "a content topic of 1,100 bytes", "12cc08" + new string('6', 2200) },
        { "a proof of 2,049 bytes", "120161 aa018110 0afe0f" + new string('0', 2 * 2046) },
        { "a proof that is none", "120161 aa0101ff" },
        { "a meta attribute of 65 bytes", "120161 5a41" + new string('0', 130) },
        { "field 0", "120161 0001" },
        { "a version over 32 bits", "120161 18ffffffff1f" },
    };

    public static TheoryData<string, string> Rejected => new()
    {
        { "no payload", "120161 a006{0:x2}" },
        { "no content topic", "0a01{0:x2}" },
        { "no protobuf", "ff{0:x2}" },
        { "a field that is cut off", "0a01{0:x2} 120161 0a7f" },
    };

    [Theory]
    [MemberData(nameof(Ignored))]
    public async Task What_only_some_reject_is_dropped_and_its_relay_stays_in_the_mesh(string what, string hex)
    {
        await using var net = await Net.StartAsync();

        for (var i = 0; i < Messages; i++)
            await net.PublishAsync(Bytes($"0a02ab{i:x2} {hex}"));
        await net.PublishAsync(WakuMessageCodec.Encode(new WakuMessage { ContentTopic = Topic, Payload = new byte[] { 1 } }));

        Assert.Equal([1], await net.NextPayloadAsync());
        Assert.True(await net.IsNeighbourAsync(), what);
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task Who_relays_what_the_whole_network_rejects_is_disconnected(string what, string hex)
    {
        await using var net = await Net.StartAsync();

        for (var i = 0; i < Messages; i++)
            await net.PublishAsync(Bytes(string.Format(CultureInfo.InvariantCulture, hex, i)));

        await TestHost.Until(() => !net.IsConnected);
        Assert.NotEmpty(what);
    }

    static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A node, and a neighbour without rules of its own.</summary>
    sealed class Net : IAsyncDisposable
    {
        readonly MessagingNode _node;
        readonly TestHost _neighbour;
        readonly GossipsubService _gossipsub;
        readonly TopicSubscription _subscription;
        readonly IAsyncEnumerator<MessagingEvent> _events;
        readonly string _shard;

        Net(MessagingNode node, TestHost neighbour, GossipsubService gossipsub, TopicSubscription subscription, string shard) =>
            (_node, _neighbour, _gossipsub, _subscription, _events, _shard) = (node, neighbour, gossipsub, subscription, node.Events().GetAsyncEnumerator(), shard);

        public bool IsConnected => _neighbour.Host.ConnectedPeers.Contains(_node.PeerId);

        public static async Task<Net> StartAsync()
        {
            var node = await Node.StartAsync();
            await node.SubscribeAsync([Topic]);
            var neighbour = await TestHost.StartAsync();
            var gossipsub = neighbour.Host.UseGossipsub(GossipsubPresets.Relay);
            var shard = node.ShardOf(Topic).ToString();
            var subscription = await gossipsub.SubscribeAsync(shard);
            Assert.True((await neighbour.Host.DialAsync(node.Addresses[0])).IsConnected);
            await node.HasPeersAsync(1);
            var net = new Net(node, neighbour, gossipsub, subscription, shard);
            while (!await net.IsNeighbourAsync() || (await gossipsub.StatusAsync(shard)).Mesh.Count == 0)
                await Task.Delay(10);
            return net;
        }

        public async Task PublishAsync(byte[] data) => await _gossipsub.PublishAsync(_shard, data);

        public async Task<bool> IsNeighbourAsync() => (await _node.RelayStatusAsync(_node.ShardOf(Topic))).Mesh.Contains(_neighbour.Id);

        public async Task<byte[]> NextPayloadAsync() => (await _events.NextAsync<MessageReceived>()).Message.Payload.ToArray();

        public async ValueTask DisposeAsync()
        {
            await _events.DisposeAsync();
            await _subscription.DisposeAsync();
            await _node.DisposeAsync();
            await _neighbour.DisposeAsync();
        }
    }
}

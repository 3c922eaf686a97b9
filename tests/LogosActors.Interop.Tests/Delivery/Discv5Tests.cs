using LogosActors.Delivery;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Delivery;

/// <summary>Nodes find each other by discv5 through one of @chainsafe/discv5, which speaks Ethereum's protocol id.</summary>
public sealed class Discv5Tests
{
    const string Topic = "/interop/1/discv5/proto";

    static async Task<MessagingNode> StartAsync(params string[] bootstrap)
    {
        var node = await MessagingNode.CreateAsync(new NodeOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            Discovery = new DiscoveryOptions { Discv5 = true, UdpPort = 0, ProtocolId = "discv5", BootstrapNodes = bootstrap },
        });
        await node.StartAsync();
        await node.SubscribeAsync([Topic]);
        return node;
    }

    static async Task Until(Func<Task<bool>> condition)
    {
        for (var started = Environment.TickCount64; !await condition(); await Task.Delay(20))
            Assert.True(Environment.TickCount64 - started < 60_000, "The condition did not hold within 60 s.");
    }

    static Task HasRecordAsync(MessagingNode node) => Until(() => Task.FromResult(
        node.NodeRecord is { } text && NodeRecord.TryParse(text, out var record, out _)
        && record.UdpEndPointOf(System.Net.Sockets.AddressFamily.InterNetwork) is not null && record.ShardsOf()!.Shards.Count > 0));

    [Fact]
    public async Task Two_nodes_that_know_only_their_node_find_each_other_through_it()
    {
        await using var theirs = await JsDiscv5Peer.StartAsync();
        await using var one = await StartAsync(theirs.Record);
        await using var two = await StartAsync(theirs.Record);

        await Until(() => Task.FromResult(one.ConnectedPeers.Contains(two.PeerId) && two.ConnectedPeers.Contains(one.PeerId)));
        Assert.Equal(2, await theirs.ConnectedAsync());
    }

    [Fact]
    public async Task Their_node_shakes_hands_with_ours_and_finds_others_through_it()
    {
        await using var ours = await StartAsync();
        await HasRecordAsync(ours);
        await using var other = await StartAsync(ours.NodeRecord!);
        await HasRecordAsync(other);
        await using var theirs = await JsDiscv5Peer.StartAsync();
        await theirs.AddAsync(ours.NodeRecord!);

        var ids = new HashSet<string>(StringComparer.Ordinal);
        await Until(async () =>
        {
            foreach (var found in await theirs.LookUpAsync())
            {
                if (NodeRecord.TryParse(found, out var record, out _))
                    ids.Add(record.Peer.ToString());
            }
            return ids.Contains(ours.PeerId.ToString()) && ids.Contains(other.PeerId.ToString());
        });
    }
}

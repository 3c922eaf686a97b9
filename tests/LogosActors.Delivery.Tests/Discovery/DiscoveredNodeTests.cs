using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Tests.Discovery.Records;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;
using LogosActors.Tests;

namespace LogosActors.Delivery.Tests.Discovery;

/// <summary>Nodes that find each other by discv5, over UDP on the loopback.</summary>
public sealed class DiscoveredNodeTests
{
    static readonly NodeOptions Options = Node.Options with { Discovery = new DiscoveryOptions { Discv5 = true, UdpPort = 0 } };

    static async Task<MessagingNode> StartAsync(NodeOptions options, params string[] bootstrap)
    {
        var node = await MessagingNode.CreateAsync(options with { Discovery = options.Discovery with { BootstrapNodes = bootstrap } });
        await node.StartAsync();
        await node.SubscribeAsync([Node.Topic]);
        return node;
    }

    static async Task<string> RecordOfAsync(MessagingNode node)
    {
        await TestHost.Until(() => node.NodeRecord is { } text && NodeRecordTests.Read(text) is var record
            && record.UdpEndPointOf(System.Net.Sockets.AddressFamily.InterNetwork) is not null && record.ShardsOf()!.Shards.Count > 0);
        return node.NodeRecord!;
    }

    [Fact]
    public async Task Nodes_that_know_only_one_record_find_each_other_and_talk()
    {
        await using var first = await StartAsync(Options);
        var record = await RecordOfAsync(first);
        await using var second = await StartAsync(Options, record);
        await using var third = await StartAsync(Options, record);

        await TestHost.Until(() => second.ConnectedPeers.Contains(third.PeerId) || third.ConnectedPeers.Contains(second.PeerId));
        await second.HasPeersAsync(2);
        await third.HasPeersAsync(2);
    }

    [Fact]
    public async Task The_record_says_who_and_where_the_node_is_and_what_it_serves()
    {
        await using var node = await StartAsync(Options);
        var record = NodeRecordTests.Read(await RecordOfAsync(node));

        Assert.Equal(node.PeerId, record.Peer);
        Assert.Equal(Capabilities.Relay | Capabilities.Filter | Capabilities.Lightpush, record.CapabilitiesOf());
        Assert.Equal(new RecordShards(0, [0]), record.ShardsOf());
        Assert.Equal(node.Addresses[0].ToString(), $"{record.AddressesOf()[0]}/p2p/{node.PeerId}");
    }

    [Fact]
    public async Task The_number_of_the_record_never_goes_back_over_restarts()
    {
        using var folder = new TemporaryFolder();
        var options = Options with { DataDirectory = folder.Path };
        ulong before;
        await using (var node = await StartAsync(options))
            before = NodeRecordTests.Read(await RecordOfAsync(node)).Sequence;
        await using var again = await StartAsync(options);

        Assert.InRange(NodeRecordTests.Read(await RecordOfAsync(again)).Sequence, before, ulong.MaxValue);
    }

    [Fact]
    public async Task A_node_of_another_network_is_not_dialed()
    {
        await using var first = await StartAsync(Options);
        var record = await RecordOfAsync(first);
        await using var stranger = await StartAsync(Options with { Network = new Autosharding(7, 1) }, record);
        await RecordOfAsync(stranger);
        await using var third = await StartAsync(Options, record);
        await third.HasPeersAsync(1);

        Assert.DoesNotContain(stranger.PeerId, third.ConnectedPeers);
        Assert.DoesNotContain(stranger.PeerId, first.ConnectedPeers);
    }

    [Fact]
    public async Task A_node_whose_key_is_of_another_type_works_without_a_record()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        await using var node = await StartAsync(Options with { Key = key });

        Assert.Null(node.NodeRecord);
        Assert.True(node.IsStarted);
    }
}

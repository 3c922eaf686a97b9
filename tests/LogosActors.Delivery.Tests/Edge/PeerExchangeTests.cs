using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Tests.Discovery.Records;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;
using LogosActors.Tests;

namespace LogosActors.Delivery.Tests.Edge;

/// <summary>Nodes in edge mode that know one node, which knows others by discv5.</summary>
public sealed class PeerExchangeTests
{
    static readonly NodeOptions Core = Node.Options with
    {
        Discovery = new DiscoveryOptions { Discv5 = true, UdpPort = 0 },
        PeerExchangeService = new PeerExchangeServiceOptions { PeerLimit = null },
    };

    [Fact]
    public async Task An_edge_node_that_knows_one_node_finds_a_second_service_node()
    {
        await using var first = await StartCoreAsync();
        await using var second = await StartCoreAsync(await RecordOfAsync(first));
        await NamesAsync(first, second.PeerId);

        await using var edge = await Node.StartAsync(Node.Options with { Mode = NodeMode.Edge }, first);

        await TestHost.Until(() => edge.ConnectedPeers.Contains(second.PeerId));
    }

    static async Task<MessagingNode> StartCoreAsync(params string[] bootstrap)
    {
        var node = await MessagingNode.CreateAsync(Core with { Discovery = Core.Discovery with { BootstrapNodes = bootstrap } });
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

    /// <summary>Waits until a node names another to those who ask.</summary>
    static async Task NamesAsync(MessagingNode node, PeerId other)
    {
        await using var asking = await TestHost.StartAsync();
        await asking.Host.DialAsync(node.Addresses[0]);
        using var client = asking.Host.CreateClient(PeerExchangeProtocol.Protocol);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsNamedAsync())
            await Task.Delay(50, late.Token);

        async Task<bool> IsNamedAsync() =>
            await client.RequestAsync(node.PeerId, new PeerExchangeQuery { PeerCount = 60 }, late.Token) is { IsAnswered: true, Response: var response }
            && response.Records.Any(bytes => NodeRecord.TryDecode(bytes.Span, out var record, out _) && record.Peer == other);
    }
}

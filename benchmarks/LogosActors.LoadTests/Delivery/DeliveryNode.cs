using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.LoadTests.Delivery;

/// <summary>Nodes on 127.0.0.1 with the one content topic of the load tests.</summary>
internal static class DeliveryNode
{
    public const string Topic = "/load/1/burst/proto";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<MessagingNode> StartAsync(Multiaddr? entry = null, IMessageArchive? archive = null)
    {
        var node = await MessagingNode.CreateAsync(new NodeOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            EntryNodes = entry is null ? [] : [entry],
            // A store answers one peer about 500 messages a second, far fewer than are sent here.
            Sending = new SendingOptions { AsksStores = false },
            Archive = archive,
            // Who has an entry node needs no other peer here.
            TargetRelayPeers = 0,
        });
        await node.StartAsync();
        return node;
    }

    public static async Task ListenAsync(this MessagingNode node)
    {
        if (await node.SubscribeAsync([Topic]) is [var error, ..])
            throw new InvalidOperationException(error.Message);
    }

    /// <summary>Waits until so many peers are in its mesh.</summary>
    public static async Task WaitForMeshAsync(this MessagingNode node, int peers)
    {
        var shard = node.ShardOf(Topic);
        using var late = new CancellationTokenSource(Patience);
        while ((await node.RelayStatusAsync(shard)).Mesh.Count < peers)
            await Task.Delay(20, late.Token);
    }

    /// <summary>Waits until so many peers are connected.</summary>
    public static async Task WaitForPeersAsync(this MessagingNode node, int peers)
    {
        using var late = new CancellationTokenSource(Patience);
        while (node.ConnectedPeers.Count < peers)
            await Task.Delay(1, late.Token);
    }
}

using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.LoadTests.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.LoadTests.Edge;

/// <summary>A service node with one neighbour to relay to, and light clients that are hosts without a node.</summary>
internal sealed class ServiceScene : IAsyncDisposable
{
    readonly List<Libp2pHost> _clients = [];
    readonly List<PrivateKey> _keys = [];
    readonly ActorSystem _system = LogosSystem.Create("clients", NullLoggerFactory.Instance);

    ServiceScene(MessagingNode service, MessagingNode neighbour) => (Service, Neighbour) = (service, neighbour);

    public MessagingNode Service { get; }

    public MessagingNode Neighbour { get; }

    public PubsubTopic Shard => Service.ShardOf(DeliveryNode.Topic);

    public IReadOnlyList<Libp2pHost> Clients => _clients;

    /// <param name="clients">How many light clients are connected.</param>
    public static async Task<ServiceScene> StartAsync(int clients)
    {
        var service = await StartAsync(null);
        var neighbour = await StartAsync(service.Addresses[0]);
        var scene = new ServiceScene(service, neighbour);
        await service.ListenAsync();
        await neighbour.ListenAsync();
        await service.WaitForMeshAsync(1);
        for (var client = 0; client < clients; client++)
            await scene.AddClientAsync();
        return scene;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Neighbour.DisposeAsync();
        await Service.DisposeAsync();
        await _system.Terminate();
        _system.Dispose();
        foreach (var key in _keys)
            key.Dispose();
    }

    async Task AddClientAsync()
    {
        var key = PrivateKey.Generate(KeyType.Secp256k1);
        _keys.Add(key);
        var client = await Libp2pHost.CreateAsync(key, new Libp2pHostOptions(), _system);
        _clients.Add(client);
        if (await client.DialAsync(Service.Addresses[0]) is { IsConnected: false } failed)
            throw new ConnectionException(failed.Failure ?? ConnectionFailure.NotConnected, failed.Reason ?? "");
    }

    static async Task<MessagingNode> StartAsync(Multiaddr? entry)
    {
        var node = await MessagingNode.CreateAsync(new NodeOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            EntryNodes = entry is null ? [] : [entry],
            TargetRelayPeers = 0,
            FilterService = new FilterServiceOptions(),
            // What is measured is what the node can do, not what it lets one client do.
            LightpushService = new LightpushServiceOptions { PeerLimit = null, Limit = null },
        });
        await node.StartAsync();
        return node;
    }
}

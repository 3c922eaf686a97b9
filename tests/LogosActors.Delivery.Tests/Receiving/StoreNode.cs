using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Delivery.Tests.Store;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>A host on the loopback that relays shard 0 of cluster 0, keeps what it relays, and answers queries.</summary>
internal sealed class StoreNode : IAsyncDisposable
{
    readonly TestHost _host;
    readonly StoreService _service;

    StoreNode(TestHost host, GossipsubService gossipsub, ListArchive archive)
    {
        (_host, Gossipsub, Archive) = (host, gossipsub, archive);
        _service = new StoreService(archive, new StoreServiceOptions { PeerLimit = null }, TimeProvider.System, Akka.Event.NoLogger.Instance);
        _service.Serve(host.Host);
    }

    public GossipsubService Gossipsub { get; }

    public ListArchive Archive { get; }

    public Multiaddr Address => _host.Host.ListenAddresses[0];

    public static async Task<StoreNode> StartAsync()
    {
        var host = await TestHost.StartAsync();
        var node = new StoreNode(host, host.Host.UseGossipsub(GossipsubPresets.Relay), new ListArchive());
        await node.Gossipsub.SubscribeAsync(ListArchive.Topic, received =>
        {
            if (WakuMessageCodec.TryDecode(received.Data.Span, out var message, out _))
                node.Archive.Add([message]);
        });
        return node;
    }

    public Task HasAsync(int messages) => TestHost.Until(() => Archive.Messages.Count >= messages);

    /// <summary>Waits until so many peers get what it relays.</summary>
    public async Task HasMeshAsync(int peers)
    {
        for (var started = Environment.TickCount64; (await Gossipsub.StatusAsync(ListArchive.Topic)).Mesh.Count < peers; await Task.Delay(10))
            Assert.True(Environment.TickCount64 - started < 60_000, "The store's mesh has too few peers.");
    }

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        await _host.DisposeAsync();
    }
}

using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>A host that listens on 127.0.0.1 and is subscribed to the one topic of the load tests.</summary>
internal sealed class GossipNode : IAsyncDisposable
{
    const string Topic = "load";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly PrivateKey _key;
    readonly Libp2pHost _host;
    readonly GossipsubService _gossipsub;

    GossipNode(PrivateKey key, Libp2pHost host) => (_key, _host, _gossipsub) = (key, host, host.UseGossipsub(GossipsubPresets.Relay));

    /// <summary>Where it listens, with its peer id.</summary>
    public Multiaddr Address => _host.ListenAddresses[0];

    public static async Task<GossipNode> StartAsync(Action<PubsubMessage> receiver)
    {
        var key = PrivateKey.Generate(KeyType.Ed25519);
        var host = await Libp2pHost.CreateAsync(key, new Libp2pHostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        var node = new GossipNode(key, host);
        await node._gossipsub.SubscribeAsync(Topic, receiver);
        return node;
    }

    public async Task DialAsync(Multiaddr address)
    {
        var dialed = await _host.DialAsync(address);
        if (!dialed.IsConnected)
            throw new InvalidOperationException(dialed.Reason);
    }

    /// <summary>Waits until so many peers are in its mesh.</summary>
    public async Task WaitForMeshAsync(int peers)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while ((await _gossipsub.StatusAsync(Topic)).Mesh.Count < peers)
            await Task.Delay(20, timeout.Token);
    }

    public Task<PublishOutcome> PublishAsync(ReadOnlyMemory<byte> data) => _gossipsub.PublishAsync(Topic, data);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _key.Dispose();
    }
}

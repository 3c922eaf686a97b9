using Akka.Actor;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Hosting;

/// <summary>A host on the loopback with its key.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    readonly PrivateKey _key;

    TestHost(PrivateKey key, Libp2pHost host) => (_key, Host) = (key, host);

    public Libp2pHost Host { get; }

    public PeerId Id => Host.PeerId;

    public static async Task<TestHost> StartAsync(ActorSystem? system = null)
    {
        var key = PrivateKey.Generate(KeyType.Ed25519);
        var options = new Libp2pHostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        return new TestHost(key, await Libp2pHost.CreateAsync(key, options, system));
    }

    public async Task ConnectAsync(TestHost peer)
    {
        var result = await Host.DialAsync(peer.Host.ListenAddresses[0]);
        Assert.True(result.IsConnected, result.Reason);
        await Until(() => peer.Host.ConnectedPeers.Contains(Id));
    }

    /// <summary>Waits until something holds, for at most 60 s.</summary>
    public static async Task Until(Func<bool> condition)
    {
        for (var started = Environment.TickCount64; !condition(); await Task.Delay(5))
            Assert.True(Environment.TickCount64 - started < 60_000, "The condition did not hold within 60 s.");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _key.Dispose();
    }
}

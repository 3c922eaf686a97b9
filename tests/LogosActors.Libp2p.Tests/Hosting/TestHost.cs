using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Hosting;

/// <summary>A host on the loopback with its key, and what it has told.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    static readonly Multiaddr Loopback = Multiaddr.Parse("/ip4/127.0.0.1/tcp/0");

    readonly PrivateKey _key;

    TestHost(PrivateKey key, Libp2pHost host)
    {
        (_key, Host) = (key, host);
        host.Subscribe(Events.Enqueue);
    }

    public Libp2pHost Host { get; }

    public PrivateKey Key => _key;

    public PeerId Id => Host.PeerId;

    public Multiaddr Address => Host.ListenAddresses[0];

    public ConcurrentQueue<HostEvent> Events { get; } = new();

    public static Task<TestHost> StartAsync(Libp2pHostOptions? options = null, ActorSystem? system = null) =>
        StartAsync(PrivateKey.Generate(KeyType.Ed25519), options, system);

    public static async Task<TestHost> StartAsync(PrivateKey key, Libp2pHostOptions? options = null, ActorSystem? system = null)
    {
        options ??= new Libp2pHostOptions();
        if (options.ListenAddresses.Count == 0)
            options = options with { ListenAddresses = [Loopback] };
        return new TestHost(key, await Libp2pHost.CreateAsync(key, options, system));
    }

    public async Task ConnectAsync(TestHost peer)
    {
        var result = await Host.DialAsync(peer.Address);
        Assert.True(result.IsConnected, result.Reason);
        await Until(() => peer.Host.ConnectedPeers.Contains(Id));
    }

    /// <summary>Waits until something holds, for at most 30 s.</summary>
    public static async Task Until(Func<bool> condition)
    {
        for (var started = Environment.TickCount64; !condition(); await Task.Delay(5))
            Assert.True(Environment.TickCount64 - started < 30_000, "The condition did not hold within 30 s.");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _key.Dispose();
    }
}

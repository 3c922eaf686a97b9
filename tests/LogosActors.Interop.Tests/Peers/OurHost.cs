using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A whole host of ours on 127.0.0.1.</summary>
internal sealed class OurHost : IAsyncDisposable
{
    // No test is about these, and a busy machine must not fail others.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly PrivateKey _key;

    OurHost(PrivateKey key, Libp2pHost host) => (_key, Host) = (key, host);

    public Libp2pHost Host { get; }

    public PeerId Id => Host.PeerId;

    public Multiaddr Address => Host.ListenAddresses[0];

    /// <param name="transport">Where it listens: <c>tcp</c>, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="muxer">Null for both.</param>
    /// <param name="certificate">The certificate of its WebSocket server, and the only one that it trusts of others'.</param>
    public static async Task<OurHost> StartAsync(string transport = "tcp", string? muxer = null, X509Certificate2? certificate = null)
    {
        var key = PrivateKey.Generate(KeyType.Secp256k1);
        return new OurHost(key, await Libp2pHost.CreateAsync(key, new Libp2pHostOptions
        {
            ListenAddresses = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/0{(transport is "tcp" ? "" : $"/{transport}")}")],
            WebSocketCertificate = certificate,
            ValidateWebSocketCertificate = certificate is null ? null : (_, shown, _, _) => certificate.Equals(shown),
            AgentVersion = "our-host",
            DialTimeout = Patience,
            UpgradeTimeout = Patience,
            NegotiationTimeout = Patience,
            Connections = muxer is null ? new ConnectionOptions() : Pair.OptionsOf(muxer),
        }));
    }

    /// <summary>Connects with a js peer, whoever dials.</summary>
    public async Task ConnectAsync(JsPeer peer, bool weDial)
    {
        if (!weDial)
        {
            await peer.DialAsync(Address);
            await UntilAsync(() => Host.ConnectedPeers.Contains(peer.Id));
            return;
        }
        var dialed = await Host.DialAsync(peer.Addresses[0]);
        Assert.True(dialed.IsConnected, dialed.Reason);
    }

    /// <summary>Waits until something holds, for at most a minute.</summary>
    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var started = Environment.TickCount64; !await condition(); await Task.Delay(20))
            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, "The condition did not hold within a minute.");
    }

    /// <summary>The texts of an array in an answer.</summary>
    public static IEnumerable<string> Texts(JsonElement answer, string property) =>
        answer.GetProperty(property).EnumerateArray().Select(text => text.GetString()!);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _key.Dispose();
    }
}

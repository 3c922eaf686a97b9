using System.Net;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.WebSocket;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Connections.WebSocket;

/// <summary>WebSocket addresses, and hosts that listen at them and dial them.</summary>
public sealed class WebSocketHostTests
{
    const string Peer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

    [Theory]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws", "192.0.2.1:80", "ws://192.0.2.1/", "/ws")]
    [InlineData("/ip4/192.0.2.1/tcp/8000/ws/p2p/" + Peer, "192.0.2.1:8000", "ws://192.0.2.1:8000/", "/ws")]
    [InlineData("/ip6/2001:db8::1/tcp/8000/ws", "[2001:db8::1]:8000", "ws://[2001:db8::1]:8000/", "/ws")]
    [InlineData("/dns4/node.example.org/tcp/8000/wss/p2p/" + Peer, "InterNetwork/node.example.org:8000", "wss://node.example.org:8000/", "/wss")]
    [InlineData("/dns/node.example.org/tcp/443/tls/ws", "Unspecified/node.example.org:443", "wss://node.example.org/", "/tls/ws")]
    [InlineData("/ip4/192.0.2.1/tcp/443/tls/sni/node.example.org/ws", "192.0.2.1:443", "wss://node.example.org/", "/tls/sni/node.example.org/ws")]
    public void An_address_says_where_to_connect_and_what_to_ask_for(string text, string endPoint, string uri, string rest)
    {
        Assert.True(WebSocketAddress.TryRead(Multiaddr.Parse(text), out var address));

        Assert.Equal(endPoint, address.EndPoint is DnsEndPoint ? $"{address.EndPoint}" : $"{(IPEndPoint)address.EndPoint}");
        Assert.Equal(new Uri(uri), address.Uri);
        Assert.Equal(rest, address.Rest);
        Assert.Equal(uri.StartsWith("wss", StringComparison.Ordinal), address.IsSecure);
    }

    [Theory]
    [InlineData("/ip4/192.0.2.1/tcp/80")]
    [InlineData("/ip4/192.0.2.1/tcp/80/tls")]
    [InlineData("/ip4/192.0.2.1/udp/80/ws")]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws/ws")]
    [InlineData("/ip4/192.0.2.1/tcp/80/tls/wss")]
    [InlineData("/ip4/192.0.2.1/tcp/80/sni/node.example.org/ws")]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws/p2p/" + Peer + "/p2p-circuit")]
    [InlineData("/dns4/not@host:1?/tcp/80/ws")]
    [InlineData("/ws")]
    public void An_address_of_another_kind_is_not_one_of_a_WebSocket(string text) =>
        Assert.False(WebSocketAddress.TryRead(Multiaddr.Parse(text), out _));

    [Theory]
    [InlineData("/ws", "/ws")]
    [InlineData("/wss", "/wss")]
    [InlineData("/tls/ws", "/tls/ws")]
    public async Task A_host_that_listens_at_a_WebSocket_address_is_dialled_there(string wanted, string told)
    {
        using var certificate = WebSocketServer.SelfSigned();
        await using var there = await TestHost.StartAsync(new Libp2pHostOptions
        {
            ListenAddresses = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/0{wanted}"), Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            WebSocketCertificate = certificate,
        });
        await using var here = await TestHost.StartAsync(new Libp2pHostOptions
        {
            ValidateWebSocketCertificate = (_, shown, _, _) => certificate.Equals(shown),
        });
        var address = Assert.Single(there.Host.ListenAddresses, address => WebSocketAddress.TryRead(address, out _));
        Assert.EndsWith($"{told}/p2p/{there.Id}", $"{address}", StringComparison.Ordinal);
        Assert.NotEqual(0, address.Port);

        var dialed = await here.Host.DialAsync(address);

        Assert.True(dialed.IsConnected, dialed.Reason);
        Assert.True(await here.Host.PingAsync(there.Id) > TimeSpan.Zero);
        await TestHost.Until(() => there.Host.ConnectedPeers.Contains(here.Id));
        Assert.True(await there.Host.PingAsync(here.Id) > TimeSpan.Zero);
        await here.Host.DisconnectAsync(there.Id);
        await TestHost.Until(() => there.Host.ConnectedPeers.Count == 0);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        using var certificate = WebSocketServer.SelfSigned();
        await using var there = await TestHost.StartAsync(new Libp2pHostOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/wss")],
            WebSocketCertificate = certificate,
        });
        await using var here = await TestHost.StartAsync();

        Assert.Equal(ConnectionFailure.SecurityFailed, (await here.Host.DialAsync(there.Address)).Failure);
    }

    [Fact]
    public async Task Without_a_certificate_a_host_does_not_listen_over_TLS()
    {
        var failure = await Assert.ThrowsAsync<ConnectionException>(() => TestHost.StartAsync(new Libp2pHostOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/wss")],
        }));

        Assert.Contains(nameof(Libp2pHostOptions.WebSocketCertificate), failure.Message, StringComparison.Ordinal);
    }
}

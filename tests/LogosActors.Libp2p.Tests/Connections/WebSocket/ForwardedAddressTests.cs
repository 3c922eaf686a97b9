using System.Net;
using System.Net.WebSockets;
using LogosActors.Libp2p.Connections.WebSocket;

namespace LogosActors.Libp2p.Tests.Connections.WebSocket;

/// <summary>Where peers are that come through proxies.</summary>
public sealed class ForwardedAddressTests
{
    [Theory]
    [InlineData("127.0.0.1/32", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1/32", "198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1/32", "203.0.113.7, 127.0.0.1", "203.0.113.7")]
    [InlineData("127.0.0.0/8", "[2001:db8::7]:1234", "2001:db8::7")]
    [InlineData("127.0.0.1/32", "unknown", "127.0.0.1")]
    [InlineData("192.0.2.0/24", "203.0.113.7", "127.0.0.1")]
    [InlineData(null, "203.0.113.7", "127.0.0.1")]
    public async Task The_last_address_before_the_trusted_proxies_is_the_peers(string? trusted, string header, string expected)
    {
        await using var server = await WebSocketServer.StartAsync(new WebSocketListenerOptions { TrustedProxies = trusted is null ? [] : [IPNetwork.Parse(trusted)] });
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("X-Forwarded-For", header);
        var accepting = server.Listener.AcceptAsync();

        await client.ConnectAsync(new UriBuilder(server.Address) { Host = "127.0.0.1" }.Uri, CancellationToken.None);

        Assert.Equal(IPAddress.Parse(expected), ((IPEndPoint)(await accepting).RemoteEndPoint!).Address);
    }
}

using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;

namespace LogosActors.Libp2p.Tests.Connections;

public sealed class TcpConnectionTests
{
    [Fact]
    public async Task A_socket_that_has_connected_to_itself_has_reached_nobody()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 0));
        await socket.ConnectAsync(socket.LocalEndPoint!);

        var failure = Assert.Throws<ConnectionException>(() => TcpConnection.Connected(socket));

        Assert.Equal(ConnectionFailure.Unreachable, failure.Failure);
    }
}

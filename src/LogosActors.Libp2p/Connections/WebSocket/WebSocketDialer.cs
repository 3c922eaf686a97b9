using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Dials WebSockets, plain and over TLS.</summary>
/// <remarks>No proxy, cookie, redirect or compression: a stranger's server has no say beyond the upgrade.</remarks>
internal sealed class WebSocketDialer(WebSocketConnectionOptions options, TimeProvider time)
{
    /// <summary>Decides on a server's certificate in place of the system's rules; null leaves it to those.</summary>
    public RemoteCertificateValidationCallback? ValidateCertificate { get; init; }

    /// <summary>Connects to a server.</summary>
    /// <param name="endPoint">Where it is reached.</param>
    /// <param name="address">What it is asked for: <c>ws</c> or <c>wss</c>, the name that its certificate must be for, and the path.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConnectionException">It cannot be reached, its certificate is not trusted, or it is no WebSocket server.</exception>
    public async Task<WebSocketConnection> DialAsync(EndPoint endPoint, Uri address, CancellationToken cancellation = default)
    {
        EndPoint? remote = null;
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, connecting) =>
            {
                var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await tcp.ConnectAsync(endPoint, connecting);
                    remote = tcp.RemoteEndPoint;
                    return new NetworkStream(tcp, ownsSocket: true);
                }
                catch
                {
                    tcp.Dispose();
                    throw;
                }
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = ValidateCertificate;
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var socket = new ClientWebSocket();
        try
        {
            // Yamux and ping see to it that the connection lives.
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
            await socket.ConnectAsync(address, invoker, cancellation);
            return new WebSocketConnection(socket, remote, options, time);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is not WebSocketException)
                throw;
            throw e.GetBaseException() is AuthenticationException
                ? new ConnectionException(ConnectionFailure.SecurityFailed, $"The certificate of {address} is not trusted: {e.GetBaseException().Message}", e)
                : new ConnectionException(ConnectionFailure.Unreachable, $"{address} cannot be reached: {e.GetBaseException().Message}", e);
        }
    }
}

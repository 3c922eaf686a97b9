using System.Net;
using System.Net.Sockets;

namespace LogosActors.Libp2p.Connections.Tcp;

/// <summary>Accepts TCP connections at one address.</summary>
internal sealed class TcpConnectionListener : IDisposable
{
    /// <summary>How many connections the kernel holds until they are accepted.</summary>
    /// <value>512: a restart of a service node brings its peers back within seconds.</value>
    const int Backlog = 512;

    readonly Socket _socket;

    /// <param name="endPoint">Where to listen; port 0 takes any that is free.</param>
    /// <exception cref="ConnectionException">The address is taken or not this machine's.</exception>
    public TcpConnectionListener(IPEndPoint endPoint)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(endPoint);
            _socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new ConnectionException(ConnectionFailure.Unreachable, $"Cannot listen at {endPoint}: {e.Message}", e);
        }
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Takes the next connection. One that breaks before it is taken is passed over.</summary>
    /// <exception cref="ConnectionException">The listener was disposed, or the machine has no room for another connection.</exception>
    public async Task<TcpConnection> AcceptAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync(cancellation);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted })
            {
                throw new ConnectionException(ConnectionFailure.Closed, "The listener was closed.", e);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                continue;
            }
            catch (SocketException e)
            {
                throw new ConnectionException(ConnectionFailure.Unreachable, $"No connection can be accepted at {EndPoint}: {e.Message}", e);
            }
            try
            {
                return new TcpConnection(accepted);
            }
            catch (SocketException)
            {
                accepted.Dispose();
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}

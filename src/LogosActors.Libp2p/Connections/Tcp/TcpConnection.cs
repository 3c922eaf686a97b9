using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace LogosActors.Libp2p.Connections.Tcp;

/// <summary>A TCP connection. It owns its socket.</summary>
internal sealed class TcpConnection : ITransportConnection
{
    readonly Socket _socket;
    int _uses = 1;
    bool _isDisposed;

    public TcpConnection(Socket socket)
    {
        _socket = socket;
        // Frames are batched above; Nagle's algorithm would only delay the last.
        socket.NoDelay = true;
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>Connects to a listener.</summary>
    /// <exception cref="ConnectionException">Nobody listens there, or it cannot be reached.</exception>
    public static async Task<TcpConnection> DialAsync(EndPoint endPoint, CancellationToken cancellation = default)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancellation);
            return Connected(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
                throw new ConnectionException(ConnectionFailure.Unreachable, $"{endPoint} cannot be reached: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Takes a socket that has connected.</summary>
    /// <exception cref="ConnectionException">To itself: where nobody listens at a port that dials use too, the system may choose that port for the
    /// dial, and TCP joins a port with itself (RFC 9293 §3.5, simultaneous open).</exception>
    internal static TcpConnection Connected(Socket socket) => Equals(socket.LocalEndPoint, socket.RemoteEndPoint)
        ? throw new ConnectionException(ConnectionFailure.Unreachable, $"Nobody listens at {socket.RemoteEndPoint}.")
        : new TcpConnection(socket);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _uses);
        try
        {
            return await _socket.ReceiveAsync(buffer, cancellation);
        }
        catch (SocketException e)
        {
            throw Lost(e);
        }
        finally
        {
            Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
        }
        catch (SocketException e)
        {
            throw Lost(e);
        }
    }

    /// <summary>Ends the connection. A receive that is under way ends without an exception, which would be the dearest part of a close.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return default;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
            Release();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was faster.
            _socket.Dispose();
        }
        return default;
    }

    /// <summary>The last one to be done with the socket disposes it.</summary>
    void Release()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
            _socket.Dispose();
    }

    static ConnectionException Lost(SocketException e) => new(ConnectionFailure.Lost, $"The connection was lost: {e.Message}", e);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Accepts WebSocket connections at one address, plain or over TLS, so that browsers reach the node.</summary>
/// <remarks>
/// It serves the path <c>/</c> over HTTP/1.1 and nothing else. Bounds: <see cref="WebSocketListenerOptions.MaxHalfOpen"/>
/// connections before their upgrade, each for two <see cref="WebSocketListenerOptions.RequestTimeout"/> at most, and
/// <see cref="WebSocketListenerOptions.Backlog"/> that wait to be accepted. Disposing it closes the connections too that it has accepted.
/// </remarks>
internal sealed class WebSocketConnectionListener : IAsyncDisposable
{
    /// <summary>How many connections the kernel holds until they are accepted, as for TCP.</summary>
    const int SocketBacklog = 512;

    /// <summary>How long nobody is accepted when the machine has no room for another connection.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly Socket _socket;
    readonly WebSocketListenerOptions _options;
    readonly TimeProvider _time;
    readonly Channel<WebSocketConnection> _waiting;
    readonly InboundDoor _halfOpen;
    readonly ConcurrentDictionary<WebSocketConnection, bool> _connections = new();
    readonly CancellationTokenSource _stopping = new();
    readonly Task _accepting;

    WebSocketConnectionListener(Socket socket, WebSocketListenerOptions options, TimeProvider time)
    {
        (_socket, _options, _time) = (socket, options, time);
        _waiting = Channel.CreateBounded<WebSocketConnection>(options.Backlog);
        var gate = new InboundGate(
            options.MaxHalfOpen, options.MaxHalfOpenPerAddress, options.RatePerAddress, burst: Math.Max(1, (int)(2 * options.RatePerAddress)),
            // Whom a proxy speaks for is known once its request is read.
            address => IPAddress.IsLoopback(address) || options.TrustedProxies.Any(proxy => proxy.Contains(address)));
        _halfOpen = new InboundDoor(gate, time);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _accepting = AcceptSocketsAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="endPoint">Where to listen; port 0 takes any that is free.</param>
    /// <param name="options">Certificate and bounds.</param>
    /// <param name="time">The clock of timeouts and closes.</param>
    /// <exception cref="ConnectionException">The address is taken or not this machine's.</exception>
    public static WebSocketConnectionListener Start(IPEndPoint endPoint, WebSocketListenerOptions options, TimeProvider time)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(endPoint);
            socket.Listen(SocketBacklog);
            return new WebSocketConnectionListener(socket, options, time);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ConnectionException(ConnectionFailure.Unreachable, $"Cannot listen at {endPoint}: {e.Message}", e);
        }
    }

    /// <summary>Takes the next connection.</summary>
    /// <exception cref="ConnectionException">The listener was disposed.</exception>
    public async Task<WebSocketConnection> AcceptAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellation);
        }
        catch (ChannelClosedException e)
        {
            throw new ConnectionException(ConnectionFailure.Closed, "The listener was closed.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        // Requests that have not become connections are not waited for.
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys.Select(connection => connection.DisposeAsync().AsTask()));
    }

    async Task AcceptSocketsAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _socket.AcceptAsync(_stopping.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // It broke before it was accepted.
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task ServeAsync(Socket socket)
    {
        if (await UpgradeAsync(socket) is not { } connection)
            return;
        _connections[connection] = true;
        if (!_waiting.Writer.TryWrite(connection))
            await connection.DisposeAsync();
        await connection.Ended;
        _connections.TryRemove(connection, out _);
    }

    async Task<WebSocketConnection?> UpgradeAsync(Socket socket)
    {
        var upgrade = new WebSocketUpgrade(socket, _options, _time);
        try
        {
            if (_halfOpen.TryBegin(upgrade.Remote?.Address) is not { } handshake)
                return null;
            try
            {
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(handshake.Closing, _stopping.Token);
                return await upgrade.RunAsync(() => _waiting.Reader.Count < _options.Backlog, ending.Token);
            }
            finally
            {
                _halfOpen.End(handshake);
            }
        }
        finally
        {
            upgrade.Dispose();
        }
    }
}

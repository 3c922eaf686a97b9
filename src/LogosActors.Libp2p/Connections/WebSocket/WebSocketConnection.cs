using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>A WebSocket whose binary messages carry the bytes of a connection, however they are cut (libp2p websockets spec).</summary>
/// <remarks>
/// It owns its socket and holds no bytes back: a message is read as it arrives. A cancelled operation aborts the connection, as
/// <see cref="System.Net.WebSockets.WebSocket"/> has it.
/// </remarks>
internal sealed class WebSocketConnection : ITransportConnection
{
    /// <summary>How many fragments without a byte may follow each other. They are allowed (RFC 6455 §5.4), but nobody needs them.</summary>
    const int MaxEmptyFragments = 64;

    const int DrainBuffer = 4 * 1024;

    readonly System.Net.WebSockets.WebSocket _socket;
    readonly WebSocketConnectionOptions _options;
    readonly TimeProvider _time;
    readonly SemaphoreSlim _receiving = new(1);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    long _messageLength;
    int _emptyFragments;
    WebSocketCloseStatus _farewell = WebSocketCloseStatus.NormalClosure;
    bool _isDisposed;

    /// <param name="socket">An open WebSocket, which is disposed with the connection.</param>
    /// <param name="remoteEndPoint">The peer's address.</param>
    /// <param name="options">The connection's bounds.</param>
    /// <param name="time">The clock of the close.</param>
    public WebSocketConnection(System.Net.WebSockets.WebSocket socket, EndPoint? remoteEndPoint, WebSocketConnectionOptions options, TimeProvider time)
    {
        _socket = socket;
        _options = options;
        _time = time;
        RemoteEndPoint = remoteEndPoint;
    }

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>Done once the connection is disposed.</summary>
    public Task Ended => _ended.Task;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            await _receiving.WaitAsync(cancellation);
            try
            {
                return await ReceiveInTurnAsync(buffer, cancellation);
            }
            finally
            {
                _receiving.Release();
            }
        }
        catch (Exception e) when (IsLoss(e) && !cancellation.IsCancellationRequested)
        {
            throw Lost(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
        catch (Exception e) when (IsLoss(e) && !cancellation.IsCancellationRequested)
        {
            throw Lost(e);
        }
    }

    /// <summary>Closes the connection: says so, and waits a little for the peer's answer (RFC 6455 §7.1.1).</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            await _ended.Task;
            return;
        }
        using (var timeout = new CancellationTokenSource(_options.CloseTimeout, _time))
        {
            try
            {
                await CloseAsync(timeout.Token);
            }
            catch (Exception e) when (IsLoss(e))
            {
                // The peer is gone, or in no hurry.
            }
        }
        _socket.Abort();
        _socket.Dispose();
        _ended.TrySetResult();
    }

    async Task CloseAsync(CancellationToken cancellation)
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await _socket.CloseOutputAsync(_farewell, statusDescription: null, cancellation);
        await _receiving.WaitAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(DrainBuffer);
        try
        {
            while (_socket.State == WebSocketState.CloseSent)
                await _socket.ReceiveAsync(buffer.AsMemory(), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _receiving.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<int> ReceiveInTurnAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!_isDisposed && _socket.State is not (WebSocketState.CloseReceived or WebSocketState.Closed))
        {
            var received = await _socket.ReceiveAsync(buffer, cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                return 0;
            Admit(received);
            if (received.Count > 0)
                return received.Count;
        }
        return _isDisposed ? throw new ConnectionException(ConnectionFailure.Closed, "The connection was closed.") : 0;
    }

    void Admit(ValueWebSocketReceiveResult received)
    {
        _messageLength += received.Count;
        _emptyFragments = received.Count == 0 ? _emptyFragments + 1 : 0;
        if (received.MessageType != WebSocketMessageType.Binary)
            throw Broken(WebSocketCloseStatus.InvalidMessageType, "a text message");
        if (_messageLength > _options.MaxMessage)
            throw Broken(WebSocketCloseStatus.MessageTooBig, $"a message of more than {_options.MaxMessage} bytes");
        if (_emptyFragments > MaxEmptyFragments)
            throw Broken(WebSocketCloseStatus.PolicyViolation, "messages without a byte");
        if (received.EndOfMessage)
            _messageLength = 0;
    }

    ConnectionException Broken(WebSocketCloseStatus status, string offence)
    {
        _farewell = status;
        return new ConnectionException(ConnectionFailure.TransportFailed, $"The peer sent {offence} over its WebSocket.");
    }

    static bool IsLoss(Exception e) => e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException
        || (e is IOException and not ConnectionException);

    static ConnectionException Lost(Exception e) => new(ConnectionFailure.Lost, $"The connection was lost: {e.Message}", e);
}

using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Makes a WebSocket of an accepted connection, or refuses it in HTTP (RFC 6455 §4.2).</summary>
/// <remarks>It owns the socket until there is a WebSocket, which owns it from then on.</remarks>
internal sealed class WebSocketUpgrade : IDisposable
{
    /// <summary>The most bytes of a request's head: enough for a browser's cookies.</summary>
    const int MaxHead = 16 * 1024;

    /// <summary>The most bytes that a client which was refused may go on sending until its connection is reset.</summary>
    const int MaxDrain = 128 * 1024;

    const int HeadersTooLarge = 431;

    const int ServiceUnavailable = 503;

    const string Supported = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";

    static readonly byte[] EndOfHead = [.. "\r\n\r\n"u8];

    readonly Socket _socket;
    readonly WebSocketListenerOptions _options;
    readonly TimeProvider _time;
    Stream? _stream;
    bool _isOwned;

    /// <param name="socket">The connection.</param>
    /// <param name="options">Certificate and bounds.</param>
    /// <param name="time">The clock of the timeouts.</param>
    public WebSocketUpgrade(Socket socket, WebSocketListenerOptions options, TimeProvider time)
    {
        (_socket, _options, _time) = (socket, options, time);
        Remote = RemoteOf(socket);
    }

    /// <summary>Where the connection comes from; null when it has broken already.</summary>
    public IPEndPoint? Remote { get; }

    /// <summary>Reads the request, and answers it.</summary>
    /// <param name="hasRoom">Whether another WebSocket may be made; asked once the request is read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null: it was refused, or did not come in time.</returns>
    public async Task<WebSocketConnection?> RunAsync(Func<bool> hasRoom, CancellationToken cancellation)
    {
        try
        {
            _socket.NoDelay = true;
            _stream = await SecureAsync(new NetworkStream(_socket, ownsSocket: true), cancellation);
            using var late = new CancellationTokenSource(_options.RequestTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            var request = await ReadAsync(_stream, either.Token);
            var status = request.Status is UpgradeRequest.SwitchingProtocols && !hasRoom() ? ServiceUnavailable : request.Status;
            await _stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Answer(status, request)), either.Token);
            if (status is UpgradeRequest.SwitchingProtocols)
                return Connect(request);
            await DrainAsync(either.Token);
            return null;
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Closes the connection, unless a WebSocket has it.</summary>
    public void Dispose()
    {
        if (_isOwned)
            return;
        _stream?.Dispose();
        _socket.Dispose();
    }

    async Task<Stream> SecureAsync(NetworkStream plain, CancellationToken cancellation)
    {
        if (_options.Certificate is not { } certificate)
            return plain;
        var secure = new SslStream(plain);
        _stream = secure;
        using var late = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] }, either.Token);
        return secure;
    }

    WebSocketConnection Connect(UpgradeRequest request)
    {
        var socket = System.Net.WebSockets.WebSocket.CreateFromStream(
            _stream!, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        _isOwned = true;
        var remote = Remote is null ? null : ForwardedFor.AddressOf(Remote, request.ForwardedFor, _options.TrustedProxies);
        return new WebSocketConnection(socket, remote, _options.Connection, _time);
    }

    // A connection that is closed while bytes are unread is reset, and the answer may be lost with it (RFC 9112 §9.6).
    async Task DrainAsync(CancellationToken cancellation)
    {
        if (_stream is SslStream secure)
            await secure.ShutdownAsync();
        _socket.Shutdown(SocketShutdown.Send);
        using var late = new CancellationTokenSource(_options.Connection.CloseTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(4 * 1024);
        try
        {
            for (int read, rest = MaxDrain; rest > 0 && (read = await _stream!.ReadAsync(buffer, either.Token)) > 0;)
                rest -= read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static async Task<UpgradeRequest> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxHead);
        try
        {
            for (var length = 0; length < MaxHead;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, MaxHead - length), cancellation);
                if (read == 0)
                    throw new EndOfStreamException();
                var searched = Math.Max(0, length - EndOfHead.Length + 1);
                length += read;
                if (buffer.AsSpan(searched, length - searched).IndexOf(EndOfHead) >= 0)
                    return UpgradeRequest.Read(buffer.AsSpan(0, length));
            }
            return new UpgradeRequest(HeadersTooLarge, "", "");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // RFC 9110 §15.5.22, RFC 6455 §4.2.2 and §4.4
    static string Answer(int status, UpgradeRequest request) => status switch
    {
        UpgradeRequest.SwitchingProtocols =>
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {request.AcceptKey()}\r\n\r\n",
        UpgradeRequest.BadRequest => Refusal("400 Bad Request", Supported),
        UpgradeRequest.NotFound => Refusal("404 Not Found"),
        UpgradeRequest.UpgradeRequired => Refusal("426 Upgrade Required", Supported),
        HeadersTooLarge => Refusal("431 Request Header Fields Too Large"),
        _ => Refusal("503 Service Unavailable"),
    };

    static string Refusal(string status, string headers = "") => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n";

    static IPEndPoint? RemoteOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint remote
                ? remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

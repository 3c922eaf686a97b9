using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using LogosActors.Libp2p.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Accepts WebSocket connections at one address, plain or over TLS, so that browsers reach the node.</summary>
/// <remarks>
/// Kestrel serves the path <c>/</c> over HTTP/1.1 and nothing else. Bounds: <see cref="WebSocketListenerOptions.MaxHalfOpen"/>
/// connections before their upgrade, each for two <see cref="WebSocketListenerOptions.RequestTimeout"/> at most, and
/// <see cref="WebSocketListenerOptions.Backlog"/> that wait to be accepted. Disposing it closes the connections too that it has accepted.
/// </remarks>
internal sealed class WebSocketConnectionListener : IAsyncDisposable
{
    /// <summary>The most bytes of a request's headers: enough for a browser's cookies.</summary>
    const int MaxHeaders = 16 * 1024;

    /// <summary>The most bytes that Kestrel reads ahead on a connection.</summary>
    const int MaxReadAhead = 128 * 1024;

    readonly WebApplication _server;
    readonly WebSocketListenerOptions _options;
    readonly TimeProvider _time;
    readonly Channel<WebSocketConnection> _waiting;
    readonly InboundGate _halfOpen;
    readonly ConcurrentDictionary<WebSocketConnection, bool> _connections = new();

    WebSocketConnectionListener(IPEndPoint endPoint, WebSocketListenerOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _waiting = Channel.CreateBounded<WebSocketConnection>(options.Backlog);
        _halfOpen = new InboundGate(
            options.MaxHalfOpen, options.MaxHalfOpenPerAddress, options.RatePerAddress, burst: Math.Max(1, (int)(2 * options.RatePerAddress)),
            // Whom a proxy speaks for is known once its request is read.
            address => IPAddress.IsLoopback(address) || options.TrustedProxies.Any(proxy => proxy.Contains(address)));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, Unattended>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Bound(kestrel);
            kestrel.Listen(endPoint, Configure);
        });
        _server = builder.Build();
        if (options.TrustedProxies.Count > 0)
            _server.UseForwardedHeaders(ForwardedAddresses.From(options.TrustedProxies));
        _server.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        _server.Run(ServeAsync);
        EndPoint = endPoint;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; private set; }

    /// <summary>Begins to listen.</summary>
    /// <param name="endPoint">Where to listen; port 0 takes any that is free.</param>
    /// <param name="options">Certificate and bounds.</param>
    /// <param name="time">The clock of closes.</param>
    /// <exception cref="ConnectionException">The address is taken or not this machine's.</exception>
    public static async Task<WebSocketConnectionListener> StartAsync(IPEndPoint endPoint, WebSocketListenerOptions options, TimeProvider time)
    {
        var listener = new WebSocketConnectionListener(endPoint, options, time);
        try
        {
            await listener._server.StartAsync();
        }
        catch (Exception e)
        {
            await listener._server.DisposeAsync();
            if (e is IOException or System.Net.Sockets.SocketException)
                throw new ConnectionException(ConnectionFailure.Unreachable, $"Cannot listen at {endPoint}: {e.Message}", e);
            throw;
        }
        var addresses = listener._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        listener.EndPoint = new IPEndPoint(endPoint.Address, BindingAddress.Parse(addresses.First()).Port);
        return listener;
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
        await Task.WhenAll(_connections.Keys.Select(connection => connection.DisposeAsync().AsTask()));
        // Requests that have not become connections are not waited for.
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }

    void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.KeepAliveTimeout = limits.RequestHeadersTimeout = _options.RequestTimeout;
        limits.MaxRequestHeadersTotalSize = MaxHeaders;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestBufferSize = MaxReadAhead;
        // A slow peer is for the multiplexer to judge.
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = null;
    }

    void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(new HalfOpenLimit(new InboundDoor(_halfOpen, _time)).Guard);
        if (_options.Certificate is { } certificate)
            listen.UseHttps(certificate, tls => tls.HandshakeTimeout = _options.RequestTimeout);
    }

    async Task ServeAsync(HttpContext context)
    {
        if (Refusal(context) is { } status)
        {
            Refuse(context, status);
            return;
        }
        var socket = await context.WebSockets.AcceptWebSocketAsync();
        context.Features.Get<HalfOpenLimit.Place>()?.Leave();
        var remote = context.Connection.RemoteIpAddress is { } ip ? new IPEndPoint(ip, context.Connection.RemotePort) : null;
        var connection = new WebSocketConnection(socket, remote, _options.Connection, _time);
        _connections[connection] = true;
        if (!_waiting.Writer.TryWrite(connection))
            await connection.DisposeAsync();
        // The WebSocket is alive as long as its request.
        await connection.Ended;
        _connections.TryRemove(connection, out _);
    }

    int? Refusal(HttpContext context)
    {
        if (context.Request.Path != "/")
            return StatusCodes.Status404NotFound;
        if (!context.WebSockets.IsWebSocketRequest)
            return context.Request.Headers.ContainsKey(HeaderNames.Upgrade) ? StatusCodes.Status400BadRequest : StatusCodes.Status426UpgradeRequired;
        return _waiting.Reader.Count < _options.Backlog ? null : StatusCodes.Status503ServiceUnavailable;
    }

    static void Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Connection = "close";
        if (status is not (StatusCodes.Status400BadRequest or StatusCodes.Status426UpgradeRequired))
            return;
        // RFC 9110 §15.5.22, RFC 6455 §4.4
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Append(HeaderNames.SecWebSocketVersion, "13");
    }

    /// <summary>Signals to the process are the application's business.</summary>
    sealed class Unattended : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

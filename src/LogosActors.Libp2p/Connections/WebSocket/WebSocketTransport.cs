using System.Net;
using System.Net.Security;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>WebSockets over TCP, plain and over TLS; see <see cref="WebSocketAddress"/> for the addresses.</summary>
/// <remarks>A listener that ends takes its connections with it, unlike one of TCP: they are requests that its server serves.</remarks>
/// <param name="listening">How it listens; with a certificate also over TLS.</param>
/// <param name="validate">Decides on servers' certificates in place of the system's rules; null leaves it to those.</param>
/// <param name="time">The clock of closes.</param>
internal sealed class WebSocketTransport(WebSocketListenerOptions listening, RemoteCertificateValidationCallback? validate, TimeProvider time) : ITransport
{
    readonly WebSocketDialer _dialer = new(new WebSocketConnectionOptions(), time) { ValidateCertificate = validate };

    /// <inheritdoc/>
    public bool Handles(Multiaddr address) => WebSocketAddress.TryRead(address, out _);

    /// <inheritdoc/>
    public async Task<ITransportConnection> DialAsync(Multiaddr address, CancellationToken cancellation) =>
        WebSocketAddress.TryRead(address, out var webSocket)
            ? await _dialer.DialAsync(webSocket.EndPoint, webSocket.Uri, cancellation)
            : throw new ConnectionException(ConnectionFailure.NoAddress, $"{address} is not an address of a WebSocket.");

    /// <inheritdoc/>
    public ValueTask<ITransportListener> ListenAsync(Multiaddr address)
    {
        if (!WebSocketAddress.TryRead(address, out var webSocket) || webSocket.EndPoint is not IPEndPoint endPoint)
            throw new ConnectionException(ConnectionFailure.NoAddress, $"{address} is not an address of a WebSocket to listen at.");
        if (webSocket.IsSecure && listening.Certificate is null)
            throw new ConnectionException(ConnectionFailure.NoAddress, $"To listen at {address} a certificate is needed: set {nameof(Libp2pHostOptions.WebSocketCertificate)}.");
        var options = webSocket.IsSecure ? listening : listening with { Certificate = null };
        var listener = WebSocketConnectionListener.Start(endPoint, options, time);
        return new ValueTask<ITransportListener>(new Listener(listener, Multiaddr.FromEndPoint(listener.EndPoint).Encapsulate(Multiaddr.Parse(webSocket.Rest))));
    }

    sealed class Listener(WebSocketConnectionListener listener, Multiaddr address) : ITransportListener
    {
        public Multiaddr Address => address;

        public async Task<ITransportConnection> AcceptAsync(CancellationToken cancellation) => await listener.AcceptAsync(cancellation);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}

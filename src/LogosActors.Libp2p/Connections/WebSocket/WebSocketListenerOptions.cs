using System.Security.Cryptography.X509Certificates;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>How WebSocket connections are listened for.</summary>
internal sealed record WebSocketListenerOptions
{
    /// <summary>The certificate, with its private key, of a listener for wss; null for ws. It stays the caller's.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How long the TLS handshake may take, and how long the request.</summary>
    /// <value>Default 10 s (js-libp2p <c>inboundUpgradeTimeout</c>). Range 1 s – 5 min.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections may be on their way to being a WebSocket; more are aborted.</summary>
    /// <value>Default 256. Range 1 – 65,536.</value>
    public int MaxHalfOpen { get; init; } = 256;

    /// <summary>How many WebSockets wait to be accepted; more are refused with 503.</summary>
    /// <value>Default 512, as for TCP. Range 1 – 65,536.</value>
    public int Backlog { get; init; } = 512;

    /// <summary>The bounds of each connection.</summary>
    public WebSocketConnectionOptions Connection { get; init; } = new();
}

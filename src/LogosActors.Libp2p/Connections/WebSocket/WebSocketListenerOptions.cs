using System.Net;
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

    /// <summary>How many connections may be on their way to being a WebSocket; beyond it the oldest of the address that has most is
    /// aborted.</summary>
    /// <value>Default 256. Range 1 – 65,536.</value>
    public int MaxHalfOpen { get; init; } = 256;

    /// <summary>How many of these come from one IP address, or one /64 of IPv6; the loopback and <see cref="TrustedProxies"/> are not
    /// counted.</summary>
    /// <value>Default 10, as for handshakes. Range 1 – 65,536.</value>
    public int MaxHalfOpenPerAddress { get; init; } = 10;

    /// <summary>How many connections per second one such address opens in the long run; twice as many at once.</summary>
    /// <value>Default 5, as for handshakes. Range 0.01 – 10,000.</value>
    public double RatePerAddress { get; init; } = 5;

    /// <summary>Proxies before the listener: of their connections, the address that <c>X-Forwarded-For</c> names is the peer's.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How many WebSockets wait to be accepted; more are refused with 503.</summary>
    /// <value>Default 512, as for TCP. Range 1 – 65,536.</value>
    public int Backlog { get; init; } = 512;

    /// <summary>The bounds of each connection.</summary>
    public WebSocketConnectionOptions Connection { get; init; } = new();
}

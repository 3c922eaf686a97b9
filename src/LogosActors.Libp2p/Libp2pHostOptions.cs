using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Libp2p;

/// <summary>Settings of a host. Immutable; checked when set.</summary>
public sealed record Libp2pHostOptions
{
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Where peers can connect; port 0 takes any that is free. None: the host only dials.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [];

    /// <summary>The addresses that peers are told; none: those that the host listens at.</summary>
    /// <value>Default none. At most 256.</value>
    public IReadOnlyList<Multiaddr> AnnounceAddresses { get; init; } = [];

    /// <summary>Whether the host is in a private network: then it dials and remembers addresses of private networks that peers name, and
    /// announces its own. Without, it leaves all three; addresses that the application names are dialed either way, and so is what a name
    /// of the application resolves to, except by the TXT records of <c>/dnsaddr</c>.</summary>
    /// <value>Default true.</value>
    public bool AllowPrivateAddresses { get; init; } = true;

    /// <summary>Who is asked for the TXT records of <c>/dnsaddr</c> addresses, one after the other until one knows.</summary>
    /// <value>Default none: the system's, of <c>/etc/resolv.conf</c>, or on Windows of its network interfaces. The first 3 are asked.</value>
    public IReadOnlyList<IPEndPoint> DnsServers { get; init; } = [];

    /// <summary>The implementation that peers are told.</summary>
    /// <value>Default <c>logos-actors/</c> and the version. At most 512 bytes.</value>
    public string AgentVersion { get; init; } = $"logos-actors/{typeof(Libp2pHostOptions).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The network's version that peers are told.</summary>
    /// <value>Default <c>ipfs/0.1.0</c> (go- and js-libp2p). At most 512 bytes.</value>
    public string ProtocolVersion { get; init; } = "ipfs/0.1.0";

    /// <summary>How long a dial may take, over all addresses of the peer.</summary>
    /// <value>Default 10 s (js-libp2p <c>dialTimeout</c>). Range 100 ms – 5 min.</value>
    public TimeSpan DialTimeout { get; init => field = OptionRange.Check(value, Shortest, Longest); } = TimeSpan.FromSeconds(10);

    /// <summary>How long security and multiplexing of a new connection may take to be agreed on.</summary>
    /// <value>Default 10 s (js-libp2p <c>inboundUpgradeTimeout</c>). Range 100 ms – 5 min.</value>
    public TimeSpan UpgradeTimeout { get; init => field = OptionRange.Check(value, Shortest, Longest); } = TimeSpan.FromSeconds(10);

    /// <summary>How long the protocol of a new stream may take to be agreed on.</summary>
    /// <value>Default 10 s (js-libp2p <c>inboundStreamProtocolNegotiationTimeout</c>). Range 100 ms – 5 min.</value>
    public TimeSpan NegotiationTimeout { get; init => field = OptionRange.Check(value, Shortest, Longest); } = TimeSpan.FromSeconds(10);

    /// <summary>How many peers are remembered.</summary>
    /// <value>Default 1000. Range 16 – 1,000,000.</value>
    public int MaxKnownPeers { get; init => field = OptionRange.Check(value, 16, 1_000_000); } = 1000;

    /// <summary>Where peers are remembered across restarts: a journal and a snapshot store of the host's actor system.</summary>
    /// <value>Default null: they are remembered in memory only.</value>
    public PersistencePlugins? PeerJournal { get; init; }

    /// <summary>Proxies before the WebSocket listeners: a peer that comes through one is counted by the address that the proxy names in
    /// <c>X-Forwarded-For</c>. From anybody else the header is ignored.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How much of the machine peers may take.</summary>
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>Whom the host deals with.</summary>
    /// <value>Default everybody.</value>
    public ConnectionGate Gate { get; init; } = new();

    /// <summary>The connection shell's own bounds.</summary>
    internal ConnectionOptions Connections { get; init; } = new();

    /// <summary>The certificate, with its private key, with which the host listens at <c>/wss</c> and <c>/tls/ws</c> addresses. It stays the
    /// caller's and must live as long as the host.</summary>
    /// <value>Default none: the host listens at no such address.</value>
    public X509Certificate2? WebSocketCertificate { get; init; }

    /// <summary>Decides on the certificates of the WebSocket servers that the host dials. Who a peer is is proven apart from that.</summary>
    /// <value>Default null: the system's rules (libp2p websockets spec).</value>
    public RemoteCertificateValidationCallback? ValidateWebSocketCertificate { get; init; }
}

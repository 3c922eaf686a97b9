using System.Collections.Concurrent;
using System.Net;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Connections.WebSocket;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Dialing.Dns;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Hosting;

/// <summary>What the actors of one host share. Safe for any number of threads.</summary>
internal sealed class HostEnvironment(PrivateKey identity, Libp2pHostOptions options, TimeProvider time, MemoryBudget memory) : IDisposable
{
    /// <summary>How long one question to a DNS server may take: all servers are asked within a dial's time.</summary>
    static readonly TimeSpan DnsTimeout = TimeSpan.FromSeconds(1);

    readonly long _origin = time.GetTimestamp();
    readonly CancellationTokenSource _stopping = new();
    readonly OpenConnections _open = new();
    readonly ConnectionUpgrader _upgrader = new(identity, Connections(options), time, memory);
    readonly ITransport[] _transports =
        [new TcpTransport(), new WebSocketTransport(WebSockets(options), options.ValidateWebSocketCertificate, time)];
    readonly InboundDoor _inbound = new(
        new InboundGate(
            options.Limits.MaxPendingInbound,
            options.Limits.MaxPendingInboundPerAddress,
            options.Limits.InboundRatePerAddress,
            burst: BurstOf(options.Limits)),
        time);
    int _inboundStreams;
    readonly Lock _bandwidthGate = new();
    readonly Bandwidth _bandwidth = new(options.Limits);

    public HostEnvironment(PrivateKey identity, Libp2pHostOptions options, TimeProvider time)
        : this(identity, options, time, new MemoryBudget(options.Limits.MaxUnread.Bytes))
    {
    }

    public PeerId Self { get; } = PeerId.FromPublicKey(identity.PublicKey);

    public PrivateKey Identity => identity;

    public Libp2pHostOptions Options => options;

    public TimeProvider Time => time;

    /// <summary>Turns names into addresses.</summary>
    public AddressResolver Resolver { get; } = new((name, cancellation) => TextsAsync(name, options, time, cancellation))
    {
        AllowPrivate = options.AllowPrivateAddresses,
    };

    /// <summary>The TXT records of a name.</summary>
    public Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation) => TextsAsync(name, options, time, cancellation);

    /// <summary>Takes a place for a stream that a peer has opened, or not; <see cref="EndInboundStream"/> gives it back.</summary>
    /// <param name="ofPeer">Streams that the peer has open.</param>
    public bool TryBeginInboundStream(int ofPeer)
    {
        var limit = options.Limits.MaxInboundStreamsOfAll;
        if (Interlocked.Increment(ref _inboundStreams) <= limit || ofPeer < limit / Math.Max(1, options.Limits.MaxConnections))
            return true;
        Interlocked.Decrement(ref _inboundStreams);
        return false;
    }

    public void EndInboundStream() => Interlocked.Decrement(ref _inboundStreams);

    /// <summary>What connections hold of the machine's memory.</summary>
    public MemoryBudget Memory => memory;

    /// <summary>Cancelled when the host stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The host's monotonic clock.</summary>
    public TimeSpan Now => time.GetElapsedTime(_origin);

    public ProtocolHandlers Handlers { get; } = new();

    /// <summary>The peers that are connected. Written by <see cref="HostActor"/> alone, read by everybody.</summary>
    public ConcurrentDictionary<PeerId, PeerConnection> Connected { get; } = new();

    /// <summary>What the connected peers have said of themselves. Written by <see cref="HostActor"/> alone, read by everybody.</summary>
    public ConcurrentDictionary<PeerId, PeerIdentity> Identified { get; } = new();

    /// <summary>What <see cref="HostActor"/> has learned and was asked for.</summary>
    public Published<HostState> State { get; } = new(new HostState());

    /// <summary>Where the host listens. Written by <see cref="HostActor"/> alone.</summary>
    public volatile IReadOnlyList<Multiaddr> ListenAddresses = [];

    /// <summary>Where to listen for one of the wanted addresses: as configured, and once it was bound, at that port.</summary>
    public (Multiaddr Address, bool WasBound) ListenAddress(int index) =>
        State.Value.Bound.TryGetValue(index, out var bound) ? (bound, true) : (options.ListenAddresses[index], false);

    /// <summary>The transport of an address; null when there is none.</summary>
    public ITransport? TransportFor(Multiaddr address) => _transports.FirstOrDefault(transport => transport.Handles(address));

    /// <summary>Upgrades a plain connection to one that the host closes at its end at the latest.</summary>
    /// <exception cref="ConnectionException">See <see cref="ConnectionUpgrader.UpgradeAsync"/>.</exception>
    public async Task<MuxedConnection> UpgradeAsync(
        ITransportConnection transport, bool isDialer, PeerId? expected, CancellationToken cancellation)
    {
        var metered = _bandwidth.LimitsConnections ? new MeteredConnection(transport, Read, time) : null;
        var connection = await _open.AddAsync(await _upgrader.UpgradeAsync(metered ?? transport, isDialer, expected, cancellation));
        if (metered is not null)
            metered.Peer = connection.RemotePeer;
        return connection;
    }

    /// <summary>A stream's protocol is agreed on: from now on it is read as fast as the protocol may be.</summary>
    public void Agreed(LibP2pStream stream, string protocol)
    {
        stream.Protocol = protocol;
        if (_bandwidth.LimitsProtocol(protocol))
            stream.Meter = new StreamMeter(bytes => Read(protocol, bytes), time);
    }

    TimeSpan Read(PeerId? peer, int bytes)
    {
        lock (_bandwidthGate)
            return _bandwidth.Read(peer, bytes, Now);
    }

    TimeSpan Read(string protocol, int bytes)
    {
        lock (_bandwidthGate)
            return _bandwidth.Read(protocol, bytes, Now);
    }

    /// <inheritdoc cref="InboundDoor.TryBegin"/>
    public InboundHandshake? TryBeginInbound(IPAddress? address) => _inbound.TryBegin(address);

    /// <inheritdoc cref="InboundGate.End"/>
    public void EndInbound(InboundHandshake handshake) => _inbound.End(handshake);

    /// <summary>Closes every connection that lives, and any that is still made.</summary>
    public async Task CloseConnectionsAsync()
    {
        await _stopping.CancelAsync();
        await _open.CloseAsync();
    }

    /// <summary>How many connections one address may begin at once: those of two seconds.</summary>
    static int BurstOf(ResourceLimits limits) => Math.Max(1, (int)(2 * limits.InboundRatePerAddress));

    static WebSocketListenerOptions WebSockets(Libp2pHostOptions options) => new()
    {
        Certificate = options.WebSocketCertificate,
        MaxHalfOpenPerAddress = options.Limits.MaxPendingInboundPerAddress,
        RatePerAddress = options.Limits.InboundRatePerAddress,
        TrustedProxies = options.TrustedProxies,
    };

    // The system's servers change with the networks that the machine is in.
    static Task<IReadOnlyList<string>> TextsAsync(string name, Libp2pHostOptions options, TimeProvider time, CancellationToken cancellation) =>
        new DnsResolver(options.DnsServers.Count > 0 ? options.DnsServers : SystemNameServers.Find(), DnsTimeout, time).TextsAsync(name, cancellation);

    static ConnectionOptions Connections(Libp2pHostOptions options)
    {
        var unread = (int)Math.Min(int.MaxValue, options.Limits.MaxUnreadPerConnection.Bytes);
        var (yamux, mplex) = (options.Connections.Yamux, options.Connections.Mplex);
        return options.Connections with
        {
            UpgradeTimeout = options.UpgradeTimeout,
            Yamux = yamux with { MaxConnectionWindow = unread, MaxWindow = Math.Min(yamux.MaxWindow, unread) },
            Mplex = mplex with { MaxConnectionBuffer = unread, MaxStreamBuffer = Math.Min(mplex.MaxStreamBuffer, unread) },
        };
    }

    public void Dispose()
    {
        _upgrader.Dispose();
        _stopping.Dispose();
    }
}

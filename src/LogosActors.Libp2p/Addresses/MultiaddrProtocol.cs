namespace LogosActors.Libp2p.Addresses;

/// <summary>The parts that an address is made of, by their codes (multiformats/multiaddr, protocols.csv).</summary>
/// <remarks>
/// These are all that libp2p nodes advertise, whether or not a transport for them exists here: an address that cannot be dialled
/// is still read, kept, compared and passed on. Other protocols (Tor, garlic, Unix sockets, memory, retired ones) are refused
/// as unsupported, since the length of an unknown part cannot be known.
/// </remarks>
public enum MultiaddrProtocol
{
    /// <summary><c>/ip4/192.0.2.1</c>: 4 bytes.</summary>
    Ip4 = 4,

    /// <summary><c>/tcp/60000</c>: a port, 2 bytes, big-endian.</summary>
    Tcp = 6,

    /// <summary><c>/ip6/2001:db8::1</c>: 16 bytes.</summary>
    Ip6 = 41,

    /// <summary><c>/ip6zone/eth0</c>: the zone of the <see cref="Ip6"/> that follows.</summary>
    Ip6Zone = 42,

    /// <summary><c>/dns/example.org</c>: resolves to either kind of address.</summary>
    Dns = 53,

    /// <summary><c>/dns4/example.org</c>: resolves to IPv4.</summary>
    Dns4 = 54,

    /// <summary><c>/dns6/example.org</c>: resolves to IPv6.</summary>
    Dns6 = 55,

    /// <summary><c>/dnsaddr/example.org</c>: resolves to whole multiaddrs, by TXT records.</summary>
    DnsAddr = 56,

    /// <summary><c>/udp/60000</c>: a port, 2 bytes, big-endian.</summary>
    Udp = 273,

    /// <summary><c>/webrtc-direct</c>.</summary>
    WebRtcDirect = 280,

    /// <summary><c>/webrtc</c>.</summary>
    WebRtc = 281,

    /// <summary><c>/p2p-circuit</c>: through the relay named before it, to the peer named after it.</summary>
    P2pCircuit = 290,

    /// <summary><c>/p2p/12D3Koo…</c>, also written <c>/ipfs/…</c>: who is expected there.</summary>
    P2p = 421,

    /// <summary><c>/https</c>.</summary>
    Https = 443,

    /// <summary><c>/tls</c>.</summary>
    Tls = 448,

    /// <summary><c>/sni/example.org</c>: the server name for TLS.</summary>
    Sni = 449,

    /// <summary><c>/noise</c>.</summary>
    Noise = 454,

    /// <summary><c>/quic</c>: draft 29.</summary>
    Quic = 460,

    /// <summary><c>/quic-v1</c>: RFC 9000.</summary>
    QuicV1 = 461,

    /// <summary><c>/webtransport</c>.</summary>
    WebTransport = 465,

    /// <summary><c>/certhash/uEi…</c>: a multihash of a certificate, as multibase.</summary>
    CertHash = 466,

    /// <summary><c>/ws</c>: WebSocket.</summary>
    Ws = 477,

    /// <summary><c>/wss</c>: WebSocket over TLS, also written <c>/tls/ws</c>.</summary>
    Wss = 478,

    /// <summary><c>/http</c>.</summary>
    Http = 480,
}

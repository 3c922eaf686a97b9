using System.Collections.Frozen;

namespace LogosActors.Libp2p.Addresses;

/// <summary>Name and value length of each <see cref="MultiaddrProtocol"/> (multiformats/multiaddr, protocols.csv).</summary>
internal static class ProtocolTable
{
    /// <summary>The value's length in bytes is written before it.</summary>
    public const int Variable = -1;

    static readonly (MultiaddrProtocol Protocol, string Name, int ValueLength)[] Rows =
    [
        (MultiaddrProtocol.Ip4, "ip4", 4),
        (MultiaddrProtocol.Tcp, "tcp", 2),
        (MultiaddrProtocol.Ip6, "ip6", 16),
        (MultiaddrProtocol.Ip6Zone, "ip6zone", Variable),
        (MultiaddrProtocol.Dns, "dns", Variable),
        (MultiaddrProtocol.Dns4, "dns4", Variable),
        (MultiaddrProtocol.Dns6, "dns6", Variable),
        (MultiaddrProtocol.DnsAddr, "dnsaddr", Variable),
        (MultiaddrProtocol.Udp, "udp", 2),
        (MultiaddrProtocol.WebRtcDirect, "webrtc-direct", 0),
        (MultiaddrProtocol.WebRtc, "webrtc", 0),
        (MultiaddrProtocol.P2pCircuit, "p2p-circuit", 0),
        (MultiaddrProtocol.P2p, "p2p", Variable),
        (MultiaddrProtocol.Https, "https", 0),
        (MultiaddrProtocol.Tls, "tls", 0),
        (MultiaddrProtocol.Sni, "sni", Variable),
        (MultiaddrProtocol.Noise, "noise", 0),
        (MultiaddrProtocol.Quic, "quic", 0),
        (MultiaddrProtocol.QuicV1, "quic-v1", 0),
        (MultiaddrProtocol.WebTransport, "webtransport", 0),
        (MultiaddrProtocol.CertHash, "certhash", Variable),
        (MultiaddrProtocol.Ws, "ws", 0),
        (MultiaddrProtocol.Wss, "wss", 0),
        (MultiaddrProtocol.Http, "http", 0),
    ];

    static readonly FrozenDictionary<MultiaddrProtocol, (string Name, int ValueLength)> ByCode =
        Rows.ToFrozenDictionary(row => row.Protocol, row => (row.Name, row.ValueLength));

    static readonly FrozenDictionary<string, MultiaddrProtocol>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Rows.Select(row => KeyValuePair.Create(row.Name, row.Protocol))
            .Append(KeyValuePair.Create("ipfs", MultiaddrProtocol.P2p))
            .ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds a protocol by its name in text; <c>ipfs</c> is the old name of <c>p2p</c>.</summary>
    public static bool TryGet(ReadOnlySpan<char> name, out MultiaddrProtocol protocol) => ByName.TryGetValue(name, out protocol);

    /// <summary>Whether a code is known.</summary>
    public static bool IsKnown(ulong code) => code <= int.MaxValue && ByCode.ContainsKey((MultiaddrProtocol)code);

    /// <summary>The name in text.</summary>
    public static string NameOf(MultiaddrProtocol protocol) => ByCode[protocol].Name;

    /// <summary>The length of the value in bytes, or <see cref="Variable"/>.</summary>
    public static int ValueLengthOf(MultiaddrProtocol protocol) => ByCode[protocol].ValueLength;
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>A multiaddress of a WebSocket: host, <c>/tcp/…</c>, then <c>/ws</c>, <c>/wss</c>, <c>/tls/ws</c> or <c>/tls/sni/…/ws</c>, with
/// or without a peer id behind (libp2p websockets spec §Addressing).</summary>
/// <param name="EndPoint">Where it is reached.</param>
/// <param name="Uri">What the server is asked for; its host is of <c>/sni</c>, or the address's own.</param>
/// <param name="IsSecure">Whether TLS is under the WebSocket.</param>
/// <param name="Rest">What follows the port, without the peer id, as text.</param>
internal sealed record WebSocketAddress(EndPoint EndPoint, Uri Uri, bool IsSecure, string Rest)
{
    enum Expected
    {
        Host,
        Port,
        Security,
        ServerNameOrWebSocket,
        WebSocket,
        Peer,
        Nothing,
    }

    /// <summary>Reads an address; false for one of another kind.</summary>
    public static bool TryRead(Multiaddr address, [NotNullWhen(true)] out WebSocketAddress? webSocket)
    {
        webSocket = null;
        var (expected, isSecure, serverName, rest, family) = (Expected.Host, false, (string?)null, "", AddressFamily.Unspecified);
        foreach (var part in address)
        {
            switch (part.Protocol)
            {
                case MultiaddrProtocol.Ip6Zone when expected is Expected.Host:
                    continue;
                case MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 or MultiaddrProtocol.Dns or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6
                    when expected is Expected.Host:
                    family = part.Protocol switch
                    {
                        MultiaddrProtocol.Dns4 => AddressFamily.InterNetwork,
                        MultiaddrProtocol.Dns6 => AddressFamily.InterNetworkV6,
                        _ => AddressFamily.Unspecified,
                    };
                    expected = Expected.Port;
                    continue;
                case MultiaddrProtocol.Tcp when expected is Expected.Port:
                    expected = Expected.Security;
                    continue;
                case MultiaddrProtocol.Tls when expected is Expected.Security:
                    (isSecure, rest, expected) = (true, rest + "/tls", Expected.ServerNameOrWebSocket);
                    continue;
                case MultiaddrProtocol.Sni when expected is Expected.ServerNameOrWebSocket:
                    serverName = part.ValueText;
                    (rest, expected) = ($"{rest}/sni/{serverName}", Expected.WebSocket);
                    continue;
                case MultiaddrProtocol.Ws when expected is Expected.Security or Expected.ServerNameOrWebSocket or Expected.WebSocket:
                    (rest, expected) = (rest + "/ws", Expected.Peer);
                    continue;
                case MultiaddrProtocol.Wss when expected is Expected.Security:
                    (isSecure, rest, expected) = (true, rest + "/wss", Expected.Peer);
                    continue;
                case MultiaddrProtocol.P2p when expected is Expected.Peer:
                    expected = Expected.Nothing;
                    continue;
                default:
                    return false;
            }
        }
        if (expected is not (Expected.Peer or Expected.Nothing) || address is not { Host: { } host, Port: { } port })
            return false;
        var isNumeric = IPAddress.TryParse(host, out var ip);
        // A zone means something to this machine alone.
        serverName ??= isNumeric ? new IPAddress(ip!.GetAddressBytes()).ToString() : host;
        var written = Uri.CheckHostName(serverName) is UriHostNameType.IPv6 ? $"[{serverName}]" : serverName;
        if (Uri.CheckHostName(serverName) is UriHostNameType.Unknown
            || !Uri.TryCreate($"{(isSecure ? "wss" : "ws")}://{written}:{port}/", UriKind.Absolute, out var uri))
            return false;
        webSocket = new WebSocketAddress(isNumeric ? new IPEndPoint(ip!, port) : new DnsEndPoint(host, port, family), uri, isSecure, rest);
        return true;
    }
}

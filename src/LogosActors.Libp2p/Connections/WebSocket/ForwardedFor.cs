using System.Net;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Where a client is that comes through proxies: the last address of <c>X-Forwarded-For</c> that is not one of theirs.</summary>
internal static class ForwardedFor
{
    /// <summary>Believes the header from these proxies, and from nobody else.</summary>
    /// <param name="remote">Where the connection comes from.</param>
    /// <param name="header">The header's values, in order, separated by commas; empty: there is none.</param>
    /// <param name="proxies">The proxies.</param>
    public static IPEndPoint AddressOf(IPEndPoint remote, string header, IReadOnlyList<IPNetwork> proxies)
    {
        var current = remote;
        var rest = header.AsSpan();
        while (!rest.IsEmpty && proxies.Any(proxy => proxy.Contains(current.Address)))
        {
            var comma = rest.LastIndexOf(',');
            if (!IPEndPoint.TryParse(rest[(comma + 1)..].Trim(), out var named))
                break;
            current = named;
            rest = comma < 0 ? [] : rest[..comma];
        }
        return current;
    }
}

using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Dialing;

/// <summary>Turns names into IP addresses. Addresses that a TLS certificate or a web server is asked by name at stay as they are.</summary>
internal static class AddressResolver
{
    /// <summary>The addresses with every plain DNS name resolved; names that do not resolve are left out.</summary>
    public static async Task<IReadOnlyList<Multiaddr>> ResolveAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancellation)
    {
        var resolved = await Task.WhenAll(addresses.Select(address => ResolveAsync(address, cancellation)));
        return [.. resolved.SelectMany(found => found).Take(DialRace.MaxAddresses)];
    }

    static async Task<IReadOnlyList<Multiaddr>> ResolveAsync(Multiaddr address, CancellationToken cancellation)
    {
        if (FamilyOf(address) is not { } family || address is not { Host: { } name, Port: { } port } || !address.Has(MultiaddrProtocol.Tcp)
            || address.Has(MultiaddrProtocol.Ws) || address.Has(MultiaddrProtocol.Wss) || address.Has(MultiaddrProtocol.Tls))
            return [address];
        try
        {
            var found = await Dns.GetHostAddressesAsync(name, family, cancellation);
            return [.. found.Select(ip => WithPeer(Multiaddr.FromEndPoint(new IPEndPoint(ip, port)), address))];
        }
        catch (SocketException)
        {
            return [];
        }
    }

    static Multiaddr WithPeer(Multiaddr resolved, Multiaddr address) =>
        address.PeerId is { } peer ? resolved.Encapsulate(peer) : resolved;

    static AddressFamily? FamilyOf(Multiaddr address)
    {
        foreach (var part in address)
        {
            return part.Protocol switch
            {
                MultiaddrProtocol.Dns => AddressFamily.Unspecified,
                MultiaddrProtocol.Dns4 => AddressFamily.InterNetwork,
                MultiaddrProtocol.Dns6 => AddressFamily.InterNetworkV6,
                _ => null,
            };
        }
        return null;
    }
}

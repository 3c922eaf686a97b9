using System.Net;
using System.Net.Sockets;

namespace LogosActors.Libp2p.Addresses;

/// <summary>Which addresses mean the same to everybody on the Internet (IANA special-purpose address registries, RFC 6890).</summary>
public static class PublicAddress
{
    static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network (RFC 791)
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private (RFC 1918)
            "100.64.0.0/10", // carriers' NAT (RFC 6598)
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local (RFC 3927); clouds answer with secrets there
            "192.0.0.0/24", // protocol assignments (RFC 6890)
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation (RFC 5737)
            "192.88.99.0/24", // 6to4 relays, deprecated (RFC 7526)
            "198.18.0.0/15", // benchmarks (RFC 2544)
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, and broadcast
            "2001::/23", // protocol assignments, Teredo among them (RFC 2928)
            "2001:db8::/32", "3fff::/20", // documentation (RFC 3849, RFC 9637)
            "2002::/16", // 6to4, deprecated: leads to any IPv4 address
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Global unicast, which is all of IPv6 that is assigned to networks (RFC 4291 §2.4).</summary>
    static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    /// <summary>IPv4 behind a translator (RFC 6052 §2.1).</summary>
    static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Names that no public server knows (RFC 6761, RFC 6762, RFC 8375, and ICANN's <c>internal</c>).</summary>
    static readonly string[] PrivateDomains = ["localhost", "local", "internal", "home.arpa", "test", "invalid"];

    /// <summary>Whether an IP address is one host's, wherever it is reached from.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily is AddressFamily.InterNetworkV6 && Translated.Contains(address))
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        return (address.AddressFamily is AddressFamily.InterNetwork || Global.Contains(address)) && !NotPublic.Any(network => network.Contains(address));
    }

    /// <summary>Whether a stranger may name an address: no part of it is an IP address or a name of a private network. What a name
    /// leads to is known only once it is resolved.</summary>
    public static bool MayBe(Multiaddr address)
    {
        foreach (var part in address)
        {
            var isPublic = part.Protocol switch
            {
                MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 => Is(new IPAddress(part.Value)),
                MultiaddrProtocol.Ip6Zone => false,
                MultiaddrProtocol.Dns or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6 or MultiaddrProtocol.DnsAddr => MayBe(part.ValueText),
                _ => true,
            };
            if (!isPublic)
                return false;
        }
        return true;
    }

    /// <summary>Whether an address is an IP address of a host on the Internet, with whatever follows.</summary>
    public static bool IsResolved(Multiaddr address) => IPAddress.TryParse(address.Host, out _) && MayBe(address);

    static bool MayBe(string name)
    {
        name = name.TrimEnd('.');
        return IPAddress.TryParse(name, out var ip)
            ? Is(ip)
            : !PrivateDomains.Any(domain => name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
                && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.'));
    }
}

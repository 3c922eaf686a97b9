using System.Globalization;
using System.Net;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Peers;

/// <summary>Names the network that an address is in: two peers of one group may well be one operator's.</summary>
internal static class AddressGroup
{
    /// <summary>The /16 of an IPv4 address, the /32 of an IPv6 address, else the name.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Null for the loopback, where every node of a test is, and for addresses without a host.</returns>
    public static string? Of(Multiaddr? address)
    {
        if (address?.Host is not { } host)
            return null;
        if (!IPAddress.TryParse(host, out var ip))
            return host;
        if (IPAddress.IsLoopback(ip))
            return null;
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        var bytes = ip.GetAddressBytes();
        return bytes.Length == 4
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}")
            : Convert.ToHexString(bytes.AsSpan(0, 4));
    }
}

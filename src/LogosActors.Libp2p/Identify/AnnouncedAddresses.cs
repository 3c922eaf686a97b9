using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Identify;

/// <summary>The addresses that peers are told: nobody can dial <c>0.0.0.0</c>.</summary>
internal static class AnnouncedAddresses
{
    /// <summary>Replaces each address that stands for all of the machine's by those.</summary>
    public static IReadOnlyList<Multiaddr> Expand(IReadOnlyList<Multiaddr> listening) =>
        [.. listening.SelectMany(Expand).Distinct()];

    static IEnumerable<Multiaddr> Expand(Multiaddr address)
    {
        if (!IPAddress.TryParse(address.Host, out var ip) || address.Port is not { } port
            || !(ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            return [address];
        var text = address.ToString();
        var rest = text[(text.IndexOf(ip.ToString(), StringComparison.Ordinal) + ip.ToString().Length)..];
        return Machine(ip.AddressFamily).Select(own => Multiaddr.Parse($"/{(own.AddressFamily is AddressFamily.InterNetwork ? "ip4" : "ip6")}/{own}{rest}"));
    }

    // Link-local addresses mean nothing without the interface that they are of.
    static IEnumerable<IPAddress> Machine(AddressFamily family) =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
        from unicast in network.GetIPProperties().UnicastAddresses
        where unicast.Address.AddressFamily == family && !unicast.Address.IsIPv6LinkLocal
        select unicast.Address;
}

using System.Net;
using System.Net.NetworkInformation;

namespace LogosActors.Libp2p.Dialing.Dns;

/// <summary>The DNS servers that the system is set up with: of resolv.conf(5) on Linux and macOS, of the network interfaces on Windows.</summary>
internal static class SystemNameServers
{
    const int Port = 53;

    /// <summary>The servers, at most <see cref="DnsResolver.MaxServers"/>; the machine itself where the system does not say.</summary>
    public static IReadOnlyList<IPEndPoint> Find()
    {
        try
        {
            // On Linux and macOS every interface has those of resolv.conf, the loopback interface included.
            return Choose(NetworkInterface.GetAllNetworkInterfaces()
                .Where(found => found.OperationalStatus is not OperationalStatus.Down)
                .Select(found => found.GetIPProperties())
                .OrderByDescending(properties => properties.GatewayAddresses.Count > 0)
                .SelectMany(properties => properties.DnsAddresses));
        }
        catch (NetworkInformationException)
        {
            // An interface went away meanwhile, or may not be looked at.
            return Choose([]);
        }
    }

    /// <summary>The first of them to be asked, each once.</summary>
    public static IReadOnlyList<IPEndPoint> Choose(IEnumerable<IPAddress> addresses)
    {
        // Windows names fec0:0:0:ffff::1 to ::3 where an interface has no IPv6 server; site-local addresses are abolished (RFC 3879).
        var servers = addresses.Where(address => !address.IsIPv6SiteLocal).Distinct().Take(DnsResolver.MaxServers)
            .Select(address => new IPEndPoint(address, Port)).ToArray();
        return servers.Length > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, Port)];
    }
}

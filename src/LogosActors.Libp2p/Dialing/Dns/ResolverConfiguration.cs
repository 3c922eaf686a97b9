using System.Net;

namespace LogosActors.Libp2p.Dialing.Dns;

/// <summary>The system's DNS servers (resolv.conf(5)).</summary>
internal static class ResolverConfiguration
{
    const string Path = "/etc/resolv.conf";
    const int Port = 53;

    /// <summary>The servers that the system is set up with; the machine itself where it does not say.</summary>
    public static IReadOnlyList<IPEndPoint> Servers()
    {
        try
        {
            return Parse(File.ReadLines(Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    public static IReadOnlyList<IPEndPoint> Parse(IEnumerable<string> lines)
    {
        var servers = lines
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? new IPEndPoint(address, Port) : null)
            .OfType<IPEndPoint>()
            .Take(DnsResolver.MaxServers)
            .ToArray();
        return servers.Length > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, Port)];
    }
}

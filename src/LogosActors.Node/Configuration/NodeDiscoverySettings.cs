using System.Net;
using LogosActors.Delivery;

namespace LogosActors.Node.Configuration;

/// <summary>Makes the options of discovery from a node's settings.</summary>
internal static class NodeDiscoverySettings
{
    const int DnsPort = 53;

    const string List = "enrtree:", Record = "enr:";

    /// <summary>What is wrong with the settings of discovery.</summary>
    public static IEnumerable<string> ProblemsOf(NodeSettings settings)
    {
        foreach (var record in RecordsOf(settings))
        {
            if (DiscoveryOptions.ProblemOfRecord(record) is { } problem)
                yield return $"{(settings.Discv5.BootstrapNodes.Contains(record, StringComparer.Ordinal) ? "discv5.bootstrap-nodes" : "entry-nodes")}: {problem}";
        }
        foreach (var list in settings.EntryNodes.Where(IsList))
        {
            if (DiscoveryOptions.ProblemOfList(list) is { } problem)
                yield return $"entry-nodes: {problem}";
        }
        if (settings.DnsDiscovery.Url is { } url && DiscoveryOptions.ProblemOfList(url) is { } problemOfUrl)
            yield return $"dns-discovery.url: {problemOfUrl}";
        if (settings.DnsDiscovery is { Enabled: true, Url: null })
            yield return "dns-discovery.enabled requires dns-discovery.url.";
        if (settings.Discv5.UdpPort + settings.PortsShift > ushort.MaxValue)
            yield return $"ports-shift: {settings.PortsShift} and discv5.udp-port {settings.Discv5.UdpPort} are {settings.Discv5.UdpPort + settings.PortsShift}; a port is at most {ushort.MaxValue}.";
    }

    /// <summary>The options of settings that were checked.</summary>
    public static DiscoveryOptions OptionsOf(NodeSettings settings) => new()
    {
        Discv5 = settings.Discv5.Enabled,
        UdpPort = NodeAddresses.Shifted(settings.Discv5.UdpPort, settings),
        BootstrapNodes = [.. RecordsOf(settings).Distinct(StringComparer.Ordinal)],
        DnsLists = [.. settings.EntryNodes.Where(IsList), .. settings.DnsDiscovery is { Enabled: true, Url: { } url } ? [url] : Array.Empty<string>()],
    };

    /// <summary>The DNS servers of settings.</summary>
    public static IReadOnlyList<IPEndPoint> ServersOf(NodeSettings settings) => [.. settings.DnsDiscovery.NameServers.Select(server => new IPEndPoint(server, DnsPort))];

    static IEnumerable<string> RecordsOf(NodeSettings settings) =>
        settings.EntryNodes.Where(node => node.StartsWith(Record, StringComparison.Ordinal)).Concat(settings.Discv5.BootstrapNodes);

    static bool IsList(string entryNode) => entryNode.StartsWith(List, StringComparison.Ordinal);
}

using System.Net;
using System.Net.Sockets;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Node.Configuration;

/// <summary>Finds the addresses that a node listens at, announces and dials from its settings.</summary>
internal static class NodeAddresses
{
    const string ExternalIp = "extip:";

    /// <summary>The longest name (RFC 1035 §2.3.4).</summary>
    const int MaxNameLength = 253;

    /// <summary>What is wrong with the addresses of settings.</summary>
    public static IEnumerable<string> ProblemsOf(NodeSettings settings)
    {
        if (settings.Nat is not ("any" or "none") && PublicIp(settings.Nat) is null)
            yield return $"nat: '{settings.Nat}' is not accepted; expected any, none, or extip: and an IP address (this node has no UPnP and no PMP).";
        if (settings.ListenAddress is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 })
            yield return $"listen-address: '{settings.ListenAddress}' has a scope, which no multiaddress can say; leave out what follows the %.";
        if (settings.Dns4DomainName is { Length: > 0 } name && (Uri.CheckHostName(name) is not UriHostNameType.Dns || name.Length > MaxNameLength))
            yield return $"dns4-domain-name: '{name}' is no domain name, such as node.example.org.";
        foreach (var (key, addresses, needsPeer) in new[]
        {
            ("ext-multiaddrs", settings.ExtMultiaddrs, false), ("static-nodes", settings.StaticNodes, false),
            ("entry-nodes", [.. Dialable(settings.EntryNodes)], false), ("store-nodes", settings.StoreNodes, true),
            ("filter-nodes", settings.FilterNodes, true), ("lightpush-nodes", settings.LightpushNodes, true),
            ("peer-exchange-nodes", settings.PeerExchangeNodes, true),
        })
        {
            foreach (var text in addresses)
            {
                if (!Multiaddr.TryParse(text, out var address, out _))
                    yield return $"{key}: '{text}' is not a multiaddress such as /ip4/192.0.2.1/tcp/60000/p2p/16Uiu2HA….";
                else if (needsPeer && address.PeerId is null)
                    yield return $"{key}: '{text}' does not name the peer; add /p2p/ and its id, as `logos id` shows it on that node.";
            }
        }
        foreach (var (key, port) in new[] { ("tcp-port", settings.TcpPort), ("websocket.port", settings.Websocket.Port) })
        {
            if (port + settings.PortsShift > ushort.MaxValue)
                yield return $"ports-shift: {settings.PortsShift} and {key} {port} are {port + settings.PortsShift}; a port is at most {ushort.MaxValue}.";
        }
    }

    /// <summary>Where the node listens.</summary>
    public static IReadOnlyList<Multiaddr> Listening(NodeSettings settings)
    {
        var tcp = Tcp(settings.ListenAddress, Shifted(settings.TcpPort, settings));
        return settings.Websocket.Enabled
            ? [tcp, Multiaddr.Parse($"{Tcp(settings.ListenAddress, Shifted(settings.Websocket.Port, settings))}/ws")]
            : [tcp];
    }

    /// <summary>What is announced to peers; none: where the node listens.</summary>
    public static IReadOnlyList<Multiaddr> Announced(NodeSettings settings)
    {
        var announced = new List<Multiaddr>();
        if (!settings.ExtMultiaddrOnly)
        {
            var hosts = new[] { PublicIp(settings.Nat) is { } ip ? Host(ip) : null, settings.Dns4DomainName is { Length: > 0 } name ? $"/dns4/{name}" : null };
            foreach (var host in hosts.OfType<string>())
            {
                announced.Add(Multiaddr.Parse($"{host}/tcp/{Shifted(settings.TcpPort, settings)}"));
                if (settings.Websocket.Enabled)
                    announced.Add(Multiaddr.Parse($"{host}/tcp/{Shifted(settings.Websocket.Port, settings)}/ws"));
            }
        }
        announced.AddRange(Parse(settings.ExtMultiaddrs));
        return announced;
    }

    /// <summary>The entry nodes that need no discovery to be found.</summary>
    public static IEnumerable<string> Dialable(IReadOnlyList<string> entryNodes) => entryNodes.Where(node => !IsDiscovered(node));

    /// <summary>Whether an entry node is a record or a list of records (EIP-778, EIP-1459) rather than an address.</summary>
    public static bool IsDiscovered(string entryNode) =>
        entryNode.StartsWith("enr:", StringComparison.Ordinal) || entryNode.StartsWith("enrtree:", StringComparison.Ordinal);

    /// <summary>Reads addresses that were checked.</summary>
    public static IReadOnlyList<Multiaddr> Parse(IReadOnlyList<string> addresses) => [.. addresses.Select(Multiaddr.Parse)];

    /// <summary>Reads an address, or a network with its prefix.</summary>
    public static bool TryParseNetwork(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address) && address is not { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 })
            network = new IPNetwork(address, address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128);
        else if (!IPNetwork.TryParse(text, out network))
            return false;
        return true;
    }

    /// <summary>The proxies of settings that were checked.</summary>
    public static IReadOnlyList<IPNetwork> Proxies(NodeSettings settings) =>
        [.. settings.TrustedProxies.Select(text => TryParseNetwork(text, out var network) ? network : throw new FormatException($"'{text}' is no network."))];

    /// <summary>Whether the node deals with private networks that strangers name: not in a public network, unless the settings say so.</summary>
    public static bool AllowPrivate(NodeSettings settings) =>
        settings.PrivateAddresses ?? !(NetworkPreset.TryFind(settings.Preset, out var preset) && preset.IsPublic);

    /// <summary>Addresses that are configured to be announced to peers, and are not.</summary>
    public static IReadOnlyList<Multiaddr> NotAnnounced(NodeSettings settings) =>
        AllowPrivate(settings) ? [] : [.. Announced(settings).Where(address => !PublicAddress.MayBe(address))];

    /// <summary>A port with the shift added; 0 stays "any".</summary>
    public static int Shifted(ushort port, NodeSettings settings) => port == 0 ? 0 : port + settings.PortsShift;

    static IPAddress? PublicIp(string nat) =>
        nat.StartsWith(ExternalIp, StringComparison.Ordinal) && !nat.Contains('%', StringComparison.Ordinal)
        && IPAddress.TryParse(nat.AsSpan(ExternalIp.Length), out var ip) ? ip : null; // a scope (%) means something on this machine only

    static Multiaddr Tcp(IPAddress address, int port) => Multiaddr.Parse($"{Host(address)}/tcp/{port}");

    static string Host(IPAddress address) => $"/{(address.AddressFamily is AddressFamily.InterNetworkV6 ? "ip6" : "ip4")}/{address}";
}

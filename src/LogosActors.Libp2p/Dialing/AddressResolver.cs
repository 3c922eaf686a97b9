using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Dialing;

/// <summary>The TXT records of a name; none where there are none.</summary>
internal delegate Task<IReadOnlyList<string>> TextLookup(string name, CancellationToken cancellation);

/// <summary>Turns names into IP addresses, and <c>/dnsaddr</c> into what it stands for. For any number of threads.</summary>
/// <remarks>Addresses that a TLS certificate or a web server is asked by name at stay as they are.</remarks>
/// <param name="texts">Looks up TXT records.</param>
internal sealed class AddressResolver(TextLookup texts)
{
    /// <summary>How many <c>/dnsaddr</c> may lead to one another.</summary>
    /// <value>4: bootstrap.libp2p.io takes 2.</value>
    public const int MaxDepth = 4;

    /// <summary>How many <c>/dnsaddr</c> are looked up for one call.</summary>
    public const int MaxLookups = 16;

    const string Prefix = "dnsaddr=";

    /// <summary>The addresses with every plain DNS name and every <c>/dnsaddr</c> resolved; names that do not resolve are left out.</summary>
    public async Task<IReadOnlyList<Multiaddr>> ResolveAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancellation)
    {
        var expanded = await ExpandAsync(addresses, cancellation);
        var resolved = await Task.WhenAll(expanded.Select(address => ResolveAsync(address, cancellation)));
        return [.. resolved.SelectMany(found => found).Take(DialRace.MaxAddresses)];
    }

    /// <summary>Replaces <c>/dnsaddr/name/…</c> by those addresses of the TXT records of <c>_dnsaddr.name</c> that end as it does
    /// (multiformats/multiaddr, protocols/DNSADDR.md).</summary>
    async Task<IReadOnlyList<Multiaddr>> ExpandAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancellation)
    {
        var expanded = new List<Multiaddr>();
        var known = new HashSet<Multiaddr>();
        var waiting = new Queue<(Multiaddr Address, int Depth)>(addresses.Select(address => (address, 0)));
        for (var lookups = 0; expanded.Count < DialRace.MaxAddresses && waiting.TryDequeue(out var next);)
        {
            var (address, depth) = next;
            if (!known.Add(address))
                continue;
            if (NameOf(address) is not { } name)
            {
                expanded.Add(address);
                continue;
            }
            if (depth >= MaxDepth || lookups++ >= MaxLookups)
                continue;
            foreach (var text in await texts($"_dnsaddr.{name}", cancellation))
            {
                if (text.StartsWith(Prefix, StringComparison.Ordinal) && Multiaddr.TryParse(text.AsSpan(Prefix.Length), out var found, out _)
                    && waiting.Count < DialRace.MaxAddresses * MaxDepth && EndsAs(found, address))
                    waiting.Enqueue((found, depth + 1));
            }
        }
        return expanded;
    }

    static string? NameOf(Multiaddr address)
    {
        foreach (var part in address)
            return part.Protocol is MultiaddrProtocol.DnsAddr ? part.ValueText : null;
        return null;
    }

    /// <summary>Whether an address ends with all that follows the name in another.</summary>
    static bool EndsAs(Multiaddr found, Multiaddr address)
    {
        var ending = ReadOnlySpan<byte>.Empty;
        foreach (var part in address)
        {
            ending = address.Bytes[part.Length..];
            break;
        }
        var position = 0;
        foreach (var part in found)
        {
            if (found.Bytes.Length - position == ending.Length)
                break;
            position += part.Length;
        }
        return found.Bytes[position..].SequenceEqual(ending);
    }

    static async Task<IReadOnlyList<Multiaddr>> ResolveAsync(Multiaddr address, CancellationToken cancellation)
    {
        if (FamilyOf(address) is not { } family || address is not { Host: { } name, Port: { } port } || !address.Has(MultiaddrProtocol.Tcp)
            || address.Has(MultiaddrProtocol.Ws) || address.Has(MultiaddrProtocol.Wss) || address.Has(MultiaddrProtocol.Tls))
            return [address];
        try
        {
            var found = await System.Net.Dns.GetHostAddressesAsync(name, family, cancellation);
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

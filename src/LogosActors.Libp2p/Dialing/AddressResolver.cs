using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections.WebSocket;

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

    /// <summary>Whether strangers may lead into private networks.</summary>
    public bool AllowPrivate { get; init; } = true;

    /// <summary>The addresses with every plain DNS name and every <c>/dnsaddr</c> resolved; names that do not resolve are left out, and so
    /// is what strangers may not lead to: TXT records are theirs, whoever has named the <c>/dnsaddr</c>.</summary>
    public async Task<IReadOnlyList<Multiaddr>> ResolveAsync(IReadOnlyList<Multiaddr> addresses, AddressOrigin origin, CancellationToken cancellation)
    {
        var expanded = await ExpandAsync(addresses, origin, cancellation);
        var resolved = await Task.WhenAll(expanded.Select(found =>
            AllowPrivate || found.Origin is AddressOrigin.Application
                ? ResolveAsync(found.Address, cancellation)
                : ResolvePublicAsync(found.Address, cancellation)));
        return [.. resolved.SelectMany(found => found).Take(DialRace.MaxAddresses)];
    }

    /// <summary>Replaces <c>/dnsaddr/name/…</c> by those addresses of the TXT records of <c>_dnsaddr.name</c> that end as it does
    /// (multiformats/multiaddr, protocols/DNSADDR.md).</summary>
    async Task<IReadOnlyList<(Multiaddr Address, AddressOrigin Origin)>> ExpandAsync(
        IReadOnlyList<Multiaddr> addresses, AddressOrigin origin, CancellationToken cancellation)
    {
        var expanded = new List<(Multiaddr, AddressOrigin)>();
        var known = new HashSet<Multiaddr>();
        var waiting = new Queue<(Multiaddr Address, int Depth)>(addresses.Select(address => (address, 0)));
        for (var lookups = 0; expanded.Count < DialRace.MaxAddresses && waiting.TryDequeue(out var next);)
        {
            var (address, depth) = next;
            if (!known.Add(address))
                continue;
            if (NameOf(address) is not { } name)
            {
                expanded.Add((address, depth == 0 ? origin : AddressOrigin.Stranger));
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
        return [.. (await LookUpAsync(name, family, cancellation)).Select(ip => WithPeer(Multiaddr.FromEndPoint(new IPEndPoint(ip, port)), address))];
    }

    /// <summary>Resolves an address to public ones. Names of web servers are resolved, too, so that the dial goes where it was checked, and
    /// the name that a certificate is for stays in the address.</summary>
    static async Task<IReadOnlyList<Multiaddr>> ResolvePublicAsync(Multiaddr address, CancellationToken cancellation)
    {
        if (!PublicAddress.MayBe(address))
            return [];
        if (FamilyOf(address) is not { } family || !WebSocketAddress.TryRead(address, out var webSocket) || address is not { Host: { } name, Port: { } port })
            return [.. (await ResolveAsync(address, cancellation)).Where(PublicAddress.IsResolved)];
        var rest = Multiaddr.Parse(webSocket.IsSecure ? $"/tls/sni/{webSocket.Uri.IdnHost}/ws" : "/ws");
        return
        [
            .. (await LookUpAsync(name, family, cancellation)).Where(PublicAddress.Is)
                .Select(ip => WithPeer(Multiaddr.FromEndPoint(new IPEndPoint(ip, port)).Encapsulate(rest), address)),
        ];
    }

    static async Task<IPAddress[]> LookUpAsync(string name, AddressFamily family, CancellationToken cancellation)
    {
        try
        {
            return await System.Net.Dns.GetHostAddressesAsync(name, family, cancellation);
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

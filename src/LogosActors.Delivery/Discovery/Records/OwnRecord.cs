using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>What a node wants to say of itself.</summary>
/// <param name="Capabilities">What it serves.</param>
/// <param name="Shards">Its cluster and shards; with more than <see cref="RecordShards.MaxListed"/> only the first are said.</param>
internal sealed record OwnRecordContent(Capabilities Capabilities, RecordShards? Shards)
{
    /// <summary>Where it can be reached by IPv4; null: unknown.</summary>
    public IPAddress? Ip { get; init; }

    /// <summary>Where it can be reached by IPv6; null: unknown.</summary>
    public IPAddress? Ip6 { get; init; }

    /// <summary>Its TCP port; null: none.</summary>
    public int? Tcp { get; init; }

    /// <summary>Its UDP port; null: it does not take part in discv5.</summary>
    public int? Udp { get; init; }

    /// <summary>Its other addresses, the most useful first: what does not fit is left out from the end.</summary>
    public ImmutableArray<Multiaddr> Multiaddrs { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(OwnRecordContent? other) =>
        other is not null && Capabilities == other.Capabilities && Shards == other.Shards && Equals(Ip, other.Ip) && Equals(Ip6, other.Ip6)
        && Tcp == other.Tcp && Udp == other.Udp && Multiaddrs.SequenceEqual(other.Multiaddrs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Capabilities, Shards, Ip, Tcp, Udp);
}

/// <summary>Keeps a node's own record: each change of what it says makes a new one, with the next sequence number. Pure.</summary>
/// <param name="key">The node's key.</param>
/// <param name="last">The sequence number of the last record of an earlier run; 0: there was none.</param>
internal sealed class OwnRecord(NodeKey key, ulong last)
{
    /// <summary>The record now; null before the first <see cref="Update"/>.</summary>
    public NodeRecord? Current { get; private set; }

    /// <summary>Says something else.</summary>
    /// <returns>True when the record has changed.</returns>
    public bool Update(OwnRecordContent content)
    {
        var sequence = Current?.Sequence ?? last;
        var fresh = Sign(content, sequence + 1);
        if (Current is { } current && HasSameValues(current, fresh))
            return false;
        Current = fresh;
        return true;
    }

    /// <summary>The record of an earlier run, which is kept while it says the same.</summary>
    public void Restore(NodeRecord record)
    {
        if (record.Id == key.Id && record.Sequence >= last)
            Current = record;
    }

    /// <summary>Which addresses go into <c>multiaddrs</c>, in which order: what IP and ports cannot say, secure WebSockets first, since
    /// browsers dial nothing else.</summary>
    /// <remarks>The Nim reference has the same rule (factory/internal_config.nim), and no order.</remarks>
    public static ImmutableArray<Multiaddr> Choose(IEnumerable<Multiaddr> addresses) =>
    [
        .. addresses.Where(IsSaid).OrderBy(static address => IsSecureWebSocket(address) ? 0 : IsWebSocket(address) ? 1 : 2),
    ];

    static bool IsSaid(Multiaddr address) =>
        address.Has(MultiaddrProtocol.Dns) || address.Has(MultiaddrProtocol.Dns4) || address.Has(MultiaddrProtocol.Dns6)
        || IsWebSocket(address) || address.Has(MultiaddrProtocol.QuicV1);

    static bool IsWebSocket(Multiaddr address) => address.Has(MultiaddrProtocol.Ws) || address.Has(MultiaddrProtocol.Wss);

    static bool IsSecureWebSocket(Multiaddr address) =>
        address.Has(MultiaddrProtocol.Wss) || (address.Has(MultiaddrProtocol.Ws) && address.Has(MultiaddrProtocol.Tls));

    NodeRecord Sign(OwnRecordContent content, ulong sequence)
    {
        for (var count = content.Multiaddrs.Length; count >= 0; count--)
        {
            if (NodeRecord.TrySign(key, sequence, ValuesOf(content, count), out var record))
                return record;
        }
        // With the most shards there is room for one IP address.
        return NodeRecord.TrySign(key, sequence, ValuesOf(content with { Ip6 = null }, 0), out var least)
            ? least
            : throw new InvalidOperationException("A record of one address does not fit into 300 bytes.");
    }

    static Dictionary<string, byte[]> ValuesOf(OwnRecordContent content, int addresses)
    {
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (content.Capabilities is not Capabilities.None)
            values[RecordKeys.Waku2] = [(byte)content.Capabilities];
        if (content.Shards is { } shards)
            values[RecordKeys.Shards] = (shards with { Shards = [.. shards.Shards.Take(RecordShards.MaxListed)] }).Encode();
        AddAddress(values, RecordKeys.Ip, content.Ip, AddressFamily.InterNetwork);
        AddAddress(values, RecordKeys.Ip6, content.Ip6, AddressFamily.InterNetworkV6);
        AddPort(values, RecordKeys.Tcp, content.Tcp);
        AddPort(values, RecordKeys.Udp, content.Udp);
        if (addresses > 0)
            values[RecordKeys.Multiaddrs] = RecordMultiaddrs.Encode(content.Multiaddrs.Take(addresses));
        return values;
    }

    static void AddAddress(Dictionary<string, byte[]> values, string key, IPAddress? address, AddressFamily family)
    {
        if (address is not null && address.AddressFamily == family)
            values[key] = address.GetAddressBytes();
    }

    static void AddPort(Dictionary<string, byte[]> values, string key, int? port)
    {
        if (port is > 0 and <= ushort.MaxValue)
            values[key] = port < 256 ? [(byte)port] : [(byte)(port >> 8), (byte)port];
    }

    static bool HasSameValues(NodeRecord left, NodeRecord right)
    {
        if (!left.Keys.SequenceEqual(right.Keys, StringComparer.Ordinal))
            return false;
        foreach (var key in left.Keys)
        {
            if (left.TryGet(key, out var one) != right.TryGet(key, out var other) || !one.SequenceEqual(other))
                return false;
        }
        return true;
    }
}

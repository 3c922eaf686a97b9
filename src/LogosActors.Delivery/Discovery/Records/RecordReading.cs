using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>Reads what records say of nodes of Waku networks (31/WAKU2-ENR). A value that is none of its key's counts as absent.</summary>
internal static class RecordReading
{
    /// <summary>What the node serves.</summary>
    public static Capabilities CapabilitiesOf(this NodeRecord record) =>
        record.TryGet(RecordKeys.Waku2, out var value) && value.Length == 1 ? (Capabilities)value[0] : Capabilities.None;

    /// <summary>Its cluster and shards; null when the record has none.</summary>
    public static RecordShards? ShardsOf(this NodeRecord record)
    {
        RecordShards? shards = null;
        if (record.TryGet(RecordKeys.Shards, out var list))
            RecordShards.TryDecodeList(list, out shards, out _);
        if (shards is null && record.TryGet(RecordKeys.ShardBits, out var vector))
            RecordShards.TryDecodeVector(vector, out shards, out _);
        return shards;
    }

    /// <summary>The addresses of the value <c>multiaddrs</c>.</summary>
    public static IReadOnlyList<Multiaddr> MultiaddrsOf(this NodeRecord record) =>
        record.TryGet(RecordKeys.Multiaddrs, out var value) ? RecordMultiaddrs.Decode(value) : [];

    /// <summary>The IP address of a family; null when the record has none.</summary>
    public static IPAddress? AddressOf(this NodeRecord record, AddressFamily family)
    {
        var (key, length) = family is AddressFamily.InterNetwork ? (RecordKeys.Ip, 4) : (RecordKeys.Ip6, 16);
        return record.TryGet(key, out var value) && value.Length == length ? new IPAddress(value) : null;
    }

    /// <summary>Where the node answers discv5 over an address family; null when the record does not say.</summary>
    public static IPEndPoint? UdpEndPointOf(this NodeRecord record, AddressFamily family) =>
        EndPointOf(record, family, RecordKeys.Udp, RecordKeys.Udp6);

    /// <summary>Where the node accepts TCP over an address family; null when the record does not say.</summary>
    public static IPEndPoint? TcpEndPointOf(this NodeRecord record, AddressFamily family) =>
        EndPointOf(record, family, RecordKeys.Tcp, RecordKeys.Tcp6);

    /// <summary>All addresses of the node for libp2p, without its peer id: those of its IP and TCP ports, then the others.</summary>
    public static IReadOnlyList<Multiaddr> AddressesOf(this NodeRecord record)
    {
        var addresses = new List<Multiaddr>();
        foreach (var family in (ReadOnlySpan<AddressFamily>)[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (record.TcpEndPointOf(family) is { } endpoint)
                addresses.Add(Multiaddr.FromEndPoint(endpoint));
        }
        return [.. addresses.Concat(record.MultiaddrsOf()).Distinct()];
    }

    static IPEndPoint? EndPointOf(NodeRecord record, AddressFamily family, string key, string key6)
    {
        var port = family is AddressFamily.InterNetworkV6 ? PortOf(record, key6) ?? PortOf(record, key) : PortOf(record, key);
        return port is { } known && record.AddressOf(family) is { } address ? new IPEndPoint(address, known) : null;
    }

    static ushort? PortOf(NodeRecord record, string key)
    {
        if (!record.TryGet(key, out var value) || value.Length is 0 or > sizeof(ushort) || value[0] == 0)
            return null;
        return value.Length == 1 ? value[0] : BinaryPrimitives.ReadUInt16BigEndian(value);
    }
}

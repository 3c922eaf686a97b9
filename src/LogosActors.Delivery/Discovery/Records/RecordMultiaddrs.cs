using System.Buffers.Binary;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>The addresses of a record beside its IP and ports: the value <c>multiaddrs</c> (31/WAKU2-ENR §multiaddrs).</summary>
/// <remarks>Each is two bytes of length, big-endian, and the address without <c>/p2p</c>: the record's key says who it is.</remarks>
internal static class RecordMultiaddrs
{
    /// <summary>Encodes addresses.</summary>
    public static byte[] Encode(IEnumerable<Multiaddr> addresses)
    {
        var bytes = new List<byte>();
        foreach (var address in addresses)
        {
            if (WithoutPeer(address) is not { } bare)
                continue;
            var encoded = bare.Bytes;
            bytes.Add((byte)(encoded.Length >> 8));
            bytes.Add((byte)encoded.Length);
            bytes.AddRange(encoded);
        }
        return [.. bytes];
    }

    /// <summary>Reads addresses. One that cannot be read is left out, and of what is cut nothing is read.</summary>
    /// <param name="source">The value, from the network: bounded by its record's length.</param>
    public static IReadOnlyList<Multiaddr> Decode(ReadOnlySpan<byte> source)
    {
        var addresses = new List<Multiaddr>();
        while (source.Length >= sizeof(ushort))
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(source);
            source = source[sizeof(ushort)..];
            if (length > source.Length)
                break;
            if (Multiaddr.TryDecode(source[..length], out var address, out _))
                addresses.Add(address);
            source = source[length..];
        }
        return addresses;
    }

    /// <summary>An address without the peer id at its end.</summary>
    static Multiaddr? WithoutPeer(Multiaddr address) =>
        address.PeerId is null ? address : address.Decapsulate(MultiaddrProtocol.P2p);
}

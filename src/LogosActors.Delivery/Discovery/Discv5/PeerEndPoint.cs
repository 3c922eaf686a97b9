using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A node at an address: what sessions and challenges belong to, so that neither moves to an address that did not take part (discv5 theory §Session Cache).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PeerEndPoint(NodeId Id, IPEndPoint EndPoint);

/// <summary>The nonce of a packet.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PacketNonce(ulong High, uint Low)
{
    /// <summary>Reads the 12 bytes.</summary>
    public static PacketNonce Of(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[sizeof(ulong)..]));
}

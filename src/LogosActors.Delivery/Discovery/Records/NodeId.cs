using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>Where a node stands in discv5's space of 256 bits: the Keccak-256 of its public key (EIP-778 §"v4" Identity Scheme).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct NodeId : IEquatable<NodeId>
{
    /// <summary>The length of an id, in bytes.</summary>
    public const int Length = 32;

    // Big-endian: the first 16 bytes, and the last.
    readonly UInt128 _high;
    readonly UInt128 _low;

    NodeId(UInt128 high, UInt128 low) => (_high, _low) = (high, low);

    /// <summary>The id of <see cref="Length"/> bytes.</summary>
    public NodeId(ReadOnlySpan<byte> bytes)
        : this(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes.Slice(16, 16)))
    {
    }

    /// <summary>The id of the holder of a key.</summary>
    /// <param name="point">The point of the key, x and y, 32 bytes each.</param>
    public static NodeId FromPoint(ReadOnlySpan<byte> point)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Length];
        Keccak256.Hash(point, hash);
        return new NodeId(hash);
    }

    /// <summary>Writes the <see cref="Length"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>The <see cref="Length"/> bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The logarithmic distance (discv5 §Nodes, Records and Distances): 0 for the same id, 256 when the first bits differ.</summary>
    public int LogDistanceTo(NodeId other)
    {
        var (high, low) = (_high ^ other._high, _low ^ other._low);
        return high != 0 ? 256 - (int)UInt128.LeadingZeroCount(high) : 128 - (int)UInt128.LeadingZeroCount(low);
    }

    /// <summary>Compares which of two ids is nearer to this one: negative when the left one is.</summary>
    public int CompareDistance(NodeId left, NodeId right)
    {
        var high = (_high ^ left._high).CompareTo(_high ^ right._high);
        return high != 0 ? high : (_low ^ left._low).CompareTo(_low ^ right._low);
    }

    /// <inheritdoc/>
    public bool Equals(NodeId other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NodeId other && Equals(other);

    // Whoever makes keys chooses the bits of ids; HashCode is seeded.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>Whether both are the same id.</summary>
    public static bool operator ==(NodeId left, NodeId right) => left.Equals(right);

    /// <summary>Whether the ids differ.</summary>
    public static bool operator !=(NodeId left, NodeId right) => !left.Equals(right);

    /// <summary>The id in lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Channels.Segmentation;

/// <summary>A hash of Keccak-256, held in place: of a whole message, or the id of a chunk (<see cref="ChunkId"/>).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeccakHash
{
    /// <summary>The length, in bytes.</summary>
    public const int Length = Keccak256.Length;

    readonly ulong _first;
    readonly ulong _second;
    readonly ulong _third;
    readonly ulong _fourth;

    /// <summary>Takes a hash from its bytes.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Length"/> bytes.</exception>
    public KeccakHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The hash of some bytes.</summary>
    public static KeccakHash Of(ReadOnlySpan<byte> source)
    {
        var hash = default(Keccak256);
        hash.Append(source);
        return Finish(ref hash);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out KeccakHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var isHash = text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out _) is OperationStatus.Done;
        hash = isHash ? new KeccakHash(bytes) : default;
        return isHash;
    }

    /// <summary>The hash of all that was appended.</summary>
    public static KeccakHash Finish(ref Keccak256 hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        hash.Finish(bytes);
        return new KeccakHash(bytes);
    }

    /// <summary>Writes the hash to the first <see cref="Length"/> bytes of a span.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _fourth);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}

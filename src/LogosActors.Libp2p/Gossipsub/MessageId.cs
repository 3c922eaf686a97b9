using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The id of a message: at most 47 bytes, held in place, so that tables of ids need no objects.</summary>
/// <remarks>47 bytes hold a SHA-256 (32), and a peer id of an Ed25519 or secp256k1 key (38, 39) with a sequence number (8).</remarks>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MessageId : IEquatable<MessageId>
{
    /// <summary>The longest id, in bytes.</summary>
    public const int MaxLength = 47;

    // The last byte is the length.
    readonly Vector128<byte> _first;
    readonly Vector128<byte> _second;
    readonly Vector128<byte> _third;

    MessageId(ReadOnlySpan<byte> block)
    {
        _first = Vector128.Create(block[..16]);
        _second = Vector128.Create(block[16..32]);
        _third = Vector128.Create(block[32..48]);
    }

    /// <summary>The length in bytes.</summary>
    public int Length => _third.GetElement(15);

    /// <summary>Takes the id of a message from a control entry.</summary>
    /// <returns>False for an empty id, or one over <see cref="MaxLength"/>: no message here can have it.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, out MessageId id)
    {
        if (bytes.Length is 0 or > MaxLength)
        {
            id = default;
            return false;
        }
        Span<byte> block = stackalloc byte[48];
        block.Clear();
        bytes.CopyTo(block);
        block[47] = (byte)bytes.Length;
        id = new MessageId(block);
        return true;
    }

    /// <summary>SHA-256 of the data (11/WAKU2-RELAY §Message Identification).</summary>
    public static MessageId OfData(ReadOnlySpan<byte> data)
    {
        Span<byte> block = stackalloc byte[48];
        block.Clear();
        Sha256.HashMessage(data, block);
        block[47] = Sha256.HashSize;
        return new MessageId(block);
    }

    /// <summary>The bytes of the id, where it lies.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<MessageId>(in this))[..Length];

    public bool Equals(MessageId other) => ((_first ^ other._first) | (_second ^ other._second) | (_third ^ other._third)) == Vector128<byte>.Zero;

    public override bool Equals(object? obj) => obj is MessageId other && Equals(other);

    /// <remarks>Seeded per process: who chooses messages must not choose buckets.</remarks>
    public override int GetHashCode()
    {
        var first = _first.AsUInt64();
        var second = _second.AsUInt64();
        var third = _third.AsUInt64();
        return HashCode.Combine(first.ToScalar(), first.GetElement(1), second.ToScalar(), second.GetElement(1), third.ToScalar(), third.GetElement(1));
    }

    public override string ToString() => Convert.ToHexStringLower(Bytes);
}

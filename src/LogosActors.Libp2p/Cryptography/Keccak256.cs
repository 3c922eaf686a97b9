using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>Keccak-256 as it was before SHA-3: the padding begins with 0x01 (The Keccak reference 3.0): what Ethereum and the reliable channels hash with.</summary>
/// <remarks>A value that is appended to, for hashes over parts: pass it by reference. <c>default</c> has hashed nothing yet.</remarks>
[StructLayout(LayoutKind.Auto)]
public struct Keccak256
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int Length = 32;

    // 1600 bits less twice the strength (The Keccak reference 3.0, §3).
    const int Rate = 200 - (2 * Length);

    State _state;
    int _position;

    /// <summary>The hash of some bytes, of <see cref="Length"/>.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source)
    {
        var hash = new byte[Length];
        Hash(source, hash);
        return hash;
    }

    /// <summary>Writes the hash of some bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public static void Hash(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var hash = default(Keccak256);
        hash.Append(source);
        hash.Finish(destination);
    }

    /// <summary>Hashes these bytes after what came before.</summary>
    public void Append(ReadOnlySpan<byte> source)
    {
        Span<ulong> state = _state;
        if (_position > 0)
        {
            var fill = source[..Math.Min(source.Length, Rate - _position)];
            source = source[fill.Length..];
            AppendPart(state, fill);
        }
        for (; source.Length >= Rate; source = source[Rate..])
        {
            for (var lane = 0; lane < Rate / sizeof(ulong); lane++)
                state[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(source[(lane * sizeof(ulong))..]);
            KeccakPermutation.Permute(state);
        }
        AppendPart(state, source);
    }

    /// <summary>Writes the hash of all that was appended, and begins again.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public void Finish(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        Span<ulong> state = _state;
        Add(state, _position, 0x01);
        Add(state, Rate - 1, 0x80);
        KeccakPermutation.Permute(state);
        for (var lane = 0; lane < Length / sizeof(ulong); lane++)
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(lane * sizeof(ulong))..], state[lane]);
        this = default;
    }

    static void Add(Span<ulong> state, int position, byte value) => state[position / sizeof(ulong)] ^= (ulong)value << (8 * (position % sizeof(ulong)));

    void AppendPart(Span<ulong> state, ReadOnlySpan<byte> part)
    {
        foreach (var value in part)
            Add(state, _position++, value);
        if (_position < Rate)
            return;
        KeccakPermutation.Permute(state);
        _position = 0;
    }

    [InlineArray(KeccakPermutation.Lanes)]
    struct State
    {
        ulong _first;
    }
}

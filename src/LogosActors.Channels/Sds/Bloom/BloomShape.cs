using System.Runtime.InteropServices;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>What a bloom filter looks like.</summary>
/// <param name="Hash">What its ids are hashed with.</param>
/// <param name="Hashes">How many bits stand for an id (k); at least 1.</param>
/// <param name="Bits">How many bits it has (m); at least 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BloomShape(BloomHash Hash, int Hashes, int Bits)
{
    /// <summary>The most hashes an id may have: what the smallest error rate asks for is 20.</summary>
    public const int MaxHashes = 32;

    /// <summary>Whether a filter may look like this: 1 – <see cref="MaxHashes"/> hashes, and 1 bit – <see cref="BloomParameters.MaxSize"/>.</summary>
    public bool IsValid => this is { Hashes: >= 1 and <= MaxHashes, Bits: >= 1 and < BloomParameters.MaxSize * 8 };

    /// <summary>How many words of 64 bits it takes: one more than are full, as in js-waku and nim-sds.</summary>
    public int Words => 1 + (Bits / 64);

    /// <summary>Its size, in bytes.</summary>
    public int Size => Words * sizeof(ulong);
}

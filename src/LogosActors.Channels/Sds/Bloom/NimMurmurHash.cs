using System.Buffers.Binary;
using System.Numerics;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>How Nim before 2.2 hashes a string: MurmurHash3 x86_32 with the seed 0 (Nim std/hashes, <c>murmurHash</c>).</summary>
/// <remarks>js-waku has it in <c>nim_hashn</c>, compiled from Nim. That one reads UTF-16 where Nim reads UTF-8, so ids that are not ASCII hash differently there.</remarks>
internal static class NimMurmurHash
{
    const uint C1 = 0xcc9e2d51, C2 = 0x1b873593;

    /// <summary>The magnitude of the hash, which is a signed number of 32 bits in Nim: 0 – 2^31.</summary>
    public static uint MagnitudeOf(ReadOnlySpan<byte> text)
    {
        var hash = 0U;
        var rest = text;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
            hash = (BitOperations.RotateLeft(hash ^ Scramble(BinaryPrimitives.ReadUInt32LittleEndian(rest)), 13) * 5) + 0xe6546b64;
        var tail = 0U;
        for (var i = rest.Length - 1; i >= 0; i--)
            tail = (tail << 8) | rest[i];
        hash ^= Scramble(tail) ^ (uint)text.Length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        hash ^= hash >> 16;
        return (int)hash < 0 ? 0 - hash : hash;
    }

    static uint Scramble(uint block) => BitOperations.RotateLeft(block * C1, 15) * C2;
}

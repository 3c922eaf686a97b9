using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>How Nim since 2.2 hashes a string: FarmHash's 64-bit fingerprint (Nim std/hashes, <c>hashFarm</c>; google/farmhash, <c>farmhashna</c>).</summary>
internal static class NimFarmHash
{
    const ulong K0 = 0xc3a5c85c97cb3127, K1 = 0xb492b66fbe98f273, K2 = 0x9ae16a3b2f90404f;
    const int Block = 64;

    /// <summary>The magnitude of the hash, which is a signed number of 64 bits in Nim: 0 – 2^63.</summary>
    public static ulong MagnitudeOf(ReadOnlySpan<byte> text)
    {
        var hash = Fingerprint(text);
        return (long)hash < 0 ? 0 - hash : hash;
    }

    /// <summary>The hash.</summary>
    public static ulong Fingerprint(ReadOnlySpan<byte> text) => text.Length switch
    {
        0 => K2,
        < 4 => UpTo3(text),
        < 8 => UpTo7(text),
        <= 16 => UpTo16(text),
        <= 32 => UpTo32(text),
        <= Block => UpTo64(text),
        _ => Longer(text),
    };

    static ulong UpTo3(ReadOnlySpan<byte> text)
    {
        var y = text[0] + ((uint)text[text.Length / 2] << 8);
        var z = (uint)text.Length + ((uint)text[^1] << 2);
        return ShiftMix((y * K2) ^ (z * K0)) * K2;
    }

    static ulong UpTo7(ReadOnlySpan<byte> text) =>
        Mix((ulong)text.Length + ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text) << 3), BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]), Multiplier(text));

    static ulong UpTo16(ReadOnlySpan<byte> text)
    {
        var multiplier = Multiplier(text);
        var a = Read(text) + K2;
        var b = Read(text[^8..]);
        var c = (Right(b, 37) * multiplier) + a;
        var d = (Right(a, 25) + b) * multiplier;
        return Mix(c, d, multiplier);
    }

    static ulong UpTo32(ReadOnlySpan<byte> text)
    {
        var multiplier = Multiplier(text);
        var a = Read(text) * K1;
        var b = Read(text[8..]);
        var c = Read(text[^8..]) * multiplier;
        var d = Read(text[^16..]) * K2;
        return Mix(Right(a + b, 43) + Right(c, 30) + d, a + Right(b + K2, 18) + c, multiplier);
    }

    static ulong UpTo64(ReadOnlySpan<byte> text)
    {
        var multiplier = Multiplier(text);
        var a = Read(text) * K2;
        var b = Read(text[8..]);
        var c = Read(text[^8..]) * multiplier;
        var d = Read(text[^16..]) * K2;
        var y = Right(a + b, 43) + Right(c, 30) + d;
        var z = Mix(y, a + Right(b + K2, 18) + c, multiplier);
        var e = Read(text[16..]) * multiplier;
        var f = Read(text[24..]);
        var g = (y + Read(text[^32..])) * multiplier;
        var h = (z + Read(text[^24..])) * multiplier;
        return Mix(Right(e + f, 43) + Right(g, 30) + h, e + Right(f + a, 18) + g, multiplier);
    }

    static ulong Longer(ReadOnlySpan<byte> text)
    {
        const ulong Seed = 81;
        var state = new State { X = unchecked(Seed * K2) + Read(text), Y = unchecked((Seed * K1) + 113) };
        state.Z = ShiftMix((state.Y * K2) + 113) * K2;
        var rest = text;
        for (; rest.Length > Block; rest = rest[Block..])
            state.Take(rest, K1, 1);
        var multiplier = K1 + ((state.Z & 0xff) << 1);
        state.W0 += (ulong)(text.Length - 1) & (Block - 1);
        state.V0 += state.W0;
        state.W0 += state.V0;
        state.Take(text[^Block..], multiplier, 9);
        return Mix(Mix(state.V0, state.W0, multiplier) + (ShiftMix(state.Y) * K0) + state.Z, Mix(state.V1, state.W1, multiplier) + state.X, multiplier);
    }

    static ulong Multiplier(ReadOnlySpan<byte> text) => K2 + (2 * (ulong)text.Length);

    static ulong Read(ReadOnlySpan<byte> text) => BinaryPrimitives.ReadUInt64LittleEndian(text);

    static ulong Right(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    static ulong ShiftMix(ulong value) => value ^ (value >> 47);

    static ulong Mix(ulong first, ulong second, ulong multiplier)
    {
        var a = ShiftMix((first ^ second) * multiplier);
        return ShiftMix((second ^ a) * multiplier) * multiplier;
    }

    [StructLayout(LayoutKind.Auto)]
    struct State
    {
        public ulong X, Y, Z, V0, V1, W0, W1;

        // The weight is 1 but for the last block, 9.
        public void Take(ReadOnlySpan<byte> block, ulong multiplier, ulong weight)
        {
            X = Right(X + Y + V0 + Read(block[8..]), 37) * multiplier;
            Y = Right(Y + V1 + Read(block[48..]), 42) * multiplier;
            X ^= W1 * weight;
            Y += (V0 * weight) + Read(block[40..]);
            Z = Right(Z + W0, 33) * multiplier;
            (V0, V1) = Weak(block, V1 * multiplier, X + W0);
            (W0, W1) = Weak(block[32..], Z + W1, Y + Read(block[16..]));
            (X, Z) = (Z, X);
        }

        static (ulong First, ulong Second) Weak(ReadOnlySpan<byte> text, ulong a, ulong b)
        {
            var last = Read(text[24..]);
            a += Read(text);
            b = Right(b + a + last, 21);
            var start = a;
            a += Read(text[8..]) + Read(text[16..]);
            return (a + last, b + Right(a, 44) + start);
        }
    }
}

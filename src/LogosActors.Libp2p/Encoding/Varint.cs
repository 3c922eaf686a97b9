using System.Numerics;

namespace LogosActors.Libp2p.Encoding;

/// <summary>The unsigned varint of multiformats: 7 bits per byte, least significant first, the high bit set on all but the last.</summary>
/// <remarks>
/// Multiformats unsigned-varint allows 63 bits in at most 9 bytes, and only the shortest form of a number.
/// Protobuf's own numbers are laxer and wider: <see cref="ProtobufReader"/> reads those.
/// </remarks>
public static class Varint
{
    /// <summary>The longest varint, in bytes.</summary>
    public const int MaxLength = 9;

    /// <summary>The largest number, 2^63 − 1.</summary>
    public const ulong MaxValue = long.MaxValue;

    /// <summary>How many bytes <paramref name="value"/> takes: 1 – 9.</summary>
    public static int Length(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Writes <paramref name="value"/> and returns its length in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is over <see cref="MaxValue"/>.</exception>
    /// <exception cref="IndexOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Length"/>.</exception>
    public static int Write(Span<byte> destination, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads the varint that <paramref name="source"/> starts with.</summary>
    /// <param name="source">Any bytes; what follows the varint is left alone.</param>
    /// <param name="value">The number, 0 – <see cref="MaxValue"/>; 0 on an error.</param>
    /// <param name="length">The bytes taken, 1 – 9; 0 on an error.</param>
    /// <param name="error"><see cref="DecodeError.Truncated"/> when more bytes may complete it, <see cref="DecodeError.Overflow"/> beyond
    /// 9 bytes, <see cref="DecodeError.NotCanonical"/> when a shorter form exists.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int length, out DecodeError error)
    {
        var number = 0UL;
        for (var i = 0; i < MaxLength; i++)
        {
            if (i == source.Length)
                return Fail(DecodeError.Truncated, out value, out length, out error);
            var part = source[i];
            number |= (ulong)(part & 0x7f) << (7 * i);
            if (part >= 0x80)
                continue;
            if (part == 0 && i > 0)
                return Fail(DecodeError.NotCanonical, out value, out length, out error);
            (value, length, error) = (number, i + 1, DecodeError.None);
            return true;
        }
        return Fail(DecodeError.Overflow, out value, out length, out error);
    }

    static bool Fail(DecodeError reason, out ulong value, out int length, out DecodeError error)
    {
        (value, length, error) = (0, 0, reason);
        return false;
    }
}

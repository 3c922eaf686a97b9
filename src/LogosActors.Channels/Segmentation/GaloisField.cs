using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LogosActors.Channels.Segmentation;

/// <summary>The field of 256 elements as Leopard-RS writes them: a byte holds coordinates to a Cantor basis.</summary>
/// <remarks>
/// Sums are XOR. Products are those modulo x⁸ + x⁴ + x³ + x² + 1 of what the coordinates stand for. In a Cantor basis the
/// polynomial that vanishes on the first 2^k elements takes the element i to ⌊i / 2^k⌋, which is why
/// <see cref="ReedSolomon"/> needs no transform to know its matrix.
/// </remarks>
internal static class GaloisField
{
    const int Order = 256;
    const int Polynomial = 0x11d;
    const int TableLength = 32;

    // LeopardFF8, kCantorBasis: b[0] = 1 and b[k + 1]² + b[k + 1] = b[k].
    static ReadOnlySpan<byte> CantorBasis => [1, 214, 152, 146, 86, 200, 88, 230];

    static readonly byte[] Logarithms = new byte[Order];

    // Twice the cycle of 255, so that a sum of two logarithms needs no reduction.
    static readonly byte[] Powers = new byte[2 * (Order - 1)];

    // For each factor its products with 0 … 15, then with 0, 16 … 240.
    static readonly byte[] Products = new byte[Order * TableLength];

    static GaloisField()
    {
        var polynomialLogarithms = new byte[Order];
        for (int power = 1, exponent = 0; exponent < Order - 1; exponent++)
        {
            polynomialLogarithms[power] = (byte)exponent;
            power <<= 1;
            if (power >= Order)
                power ^= Polynomial;
        }
        for (var element = 1; element < Order; element++)
        {
            var polynomial = 0;
            for (var bit = 0; bit < CantorBasis.Length; bit++)
                polynomial ^= (element >> bit & 1) * CantorBasis[bit];
            var logarithm = polynomialLogarithms[polynomial];
            Logarithms[element] = logarithm;
            Powers[logarithm] = Powers[logarithm + Order - 1] = (byte)element;
        }
        for (var factor = 0; factor < Order; factor++)
        {
            for (var i = 0; i < TableLength / 2; i++)
            {
                Products[(factor * TableLength) + i] = Multiply((byte)factor, (byte)i);
                Products[(factor * TableLength) + (TableLength / 2) + i] = Multiply((byte)factor, (byte)(i << 4));
            }
        }
    }

    /// <summary>The product.</summary>
    public static byte Multiply(byte left, byte right) =>
        left == 0 || right == 0 ? (byte)0 : Powers[Logarithms[left] + Logarithms[right]];

    /// <summary>The quotient.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static byte Divide(byte dividend, byte divisor)
    {
        if (divisor == 0)
            throw new DivideByZeroException();
        return dividend == 0 ? (byte)0 : Powers[Logarithms[dividend] + Order - 1 - Logarithms[divisor]];
    }

    /// <summary>Adds the products of a factor and the elements of <paramref name="source"/> to as many of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public static void MultiplyAdd(byte factor, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        destination = destination[..source.Length];
        var table = Products.AsSpan(factor * TableLength, TableLength);
        var low = Vector128.Create<byte>(table);
        var high = Vector128.Create<byte>(table[(TableLength / 2)..]);
        var done = 0;
        if (Avx512BW.IsSupported)
            done = MultiplyAdd512(low, high, source, destination);
        else if (Avx2.IsSupported)
            done = MultiplyAdd256(low, high, source, destination);
        else if (Vector128.IsHardwareAccelerated)
            done = MultiplyAdd128(low, high, source, destination);
        for (; done < source.Length; done++)
            destination[done] ^= (byte)(table[source[done] & 15] ^ table[(TableLength / 2) + (source[done] >> 4)]);
    }

    /// <summary>The same with vectors of 64 bytes; returns how many bytes it has done.</summary>
    internal static int MultiplyAdd512(Vector128<byte> low, Vector128<byte> high, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var lows = Vector512.Create(Vector256.Create(low, low), Vector256.Create(low, low));
        var highs = Vector512.Create(Vector256.Create(high, high), Vector256.Create(high, high));
        var mask = Vector512.Create((byte)15);
        var from = MemoryMarshal.Cast<byte, Vector512<byte>>(source);
        var to = MemoryMarshal.Cast<byte, Vector512<byte>>(destination)[..from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var value = from[i];
            to[i] ^= Avx512BW.Shuffle(lows, value & mask) ^ Avx512BW.Shuffle(highs, Vector512.ShiftRightLogical(value.AsUInt64(), 4).AsByte() & mask);
        }
        return from.Length * Vector512<byte>.Count;
    }

    /// <summary>The same with vectors of 32 bytes.</summary>
    internal static int MultiplyAdd256(Vector128<byte> low, Vector128<byte> high, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var lows = Vector256.Create(low, low);
        var highs = Vector256.Create(high, high);
        var mask = Vector256.Create((byte)15);
        var from = MemoryMarshal.Cast<byte, Vector256<byte>>(source);
        var to = MemoryMarshal.Cast<byte, Vector256<byte>>(destination)[..from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var value = from[i];
            to[i] ^= Avx2.Shuffle(lows, value & mask) ^ Avx2.Shuffle(highs, Vector256.ShiftRightLogical(value.AsUInt64(), 4).AsByte() & mask);
        }
        return from.Length * Vector256<byte>.Count;
    }

    /// <summary>The same with vectors of 16 bytes.</summary>
    internal static int MultiplyAdd128(Vector128<byte> low, Vector128<byte> high, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var mask = Vector128.Create((byte)15);
        var from = MemoryMarshal.Cast<byte, Vector128<byte>>(source);
        var to = MemoryMarshal.Cast<byte, Vector128<byte>>(destination)[..from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var value = from[i];
            to[i] ^= Vector128.Shuffle(low, value & mask) ^ Vector128.Shuffle(high, Vector128.ShiftRightLogical(value, 4));
        }
        return from.Length * Vector128<byte>.Count;
    }
}

using System.Numerics;

namespace LogosActors.Channels.Segmentation;

/// <summary>Makes parity of up to 256 shards, and rebuilds shards that are lost, as Leopard-RS does (segmentation §Reed–Solomon).</summary>
/// <remarks>
/// The bytes are those of Leopard's code over 256 elements (<c>LeopardFF8</c>), which nim-leopard uses; the way there is another. Let m be
/// the number of parity shards, rounded up to a power of two. Leopard reads each m data shards as values of a polynomial of degree
/// below m, at the elements m, m + 1 …; parity are the values of the sum of these polynomials at 0, 1 …. By Lagrange's formula over a
/// subspace, data shard j then counts ⌊(m + j) / m⌋ / (i + m + j) times in parity shard i, where i + m + j is a sum of elements (XOR):
/// a matrix of Cauchy's kind, each square part of which has an inverse. With the few parity shards of a message, applying it is
/// as fast as Leopard's transform, and it needs no memory besides the shards.
/// Pure; O(data · parity) in the length of a shard.
/// </remarks>
internal static class ReedSolomon
{
    /// <summary>The most shards, data and parity together (segmentation §Reed–Solomon).</summary>
    public const int MaxShards = 256;

    /// <summary>Other implementations of the code take shards in multiples of this length, in bytes (leopard.h, leo_encode).</summary>
    public const int ShardAlignment = 64;

    // What is worked on at a time, in bytes: it and a part of each output should stay in the first cache.
    const int Tile = 4096;

    /// <summary>Whether the code has so many shards: at least one of each kind, no more parity than data, and data beside parity
    /// rounded up to a power of two within <see cref="MaxShards"/> (leopard.h: beyond, it turns to a larger field).</summary>
    public static bool Fits(int dataCount, int parityCount) =>
        parityCount >= 1 && parityCount <= dataCount && dataCount < MaxShards
        && dataCount + (int)BitOperations.RoundUpToPowerOf2((uint)parityCount) <= MaxShards;

    /// <summary>Fills the parity shards.</summary>
    /// <param name="data">Data shards, no longer than parity shards; a shorter one counts as padded with zeros.</param>
    /// <param name="parity">Where parity goes; all of one length.</param>
    /// <exception cref="ArgumentException">The code does not have so many shards, or the lengths do not fit.</exception>
    public static void Encode(ReadOnlySpan<ReadOnlyMemory<byte>> data, ReadOnlySpan<Memory<byte>> parity)
    {
        if (!Fits(data.Length, parity.Length))
            throw new ArgumentException($"{data.Length} data and {parity.Length} parity shards are not {nameof(Fits)}.", nameof(parity));
        var length = parity[0].Length;
        foreach (var shard in data)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(shard.Length, length, nameof(data));
        foreach (var shard in parity)
            ArgumentOutOfRangeException.ThrowIfNotEqual(shard.Length, length, nameof(parity));
        var matrix = new byte[parity.Length * data.Length];
        for (var row = 0; row < parity.Length; row++)
        {
            for (var column = 0; column < data.Length; column++)
                matrix[(row * data.Length) + column] = Coefficient(row, column, parity.Length);
        }
        Apply(matrix, data, parity);
    }

    /// <summary>Rebuilds the data shards that are missing.</summary>
    /// <param name="data">Data shards; null: missing. One shorter than the parity counts as padded with zeros.</param>
    /// <param name="parity">Parity shards; null: missing.</param>
    /// <param name="rebuilt">In the places of those that are missing, shards as long as parity is; elsewhere null. Empty on an error.</param>
    public static ReedSolomonError Rebuild(ReadOnlySpan<ReadOnlyMemory<byte>?> data, ReadOnlySpan<ReadOnlyMemory<byte>?> parity, out byte[]?[] rebuilt)
    {
        rebuilt = [];
        if (!Fits(data.Length, parity.Length))
            return ReedSolomonError.InvalidCounts;
        var missing = new List<int>();
        var present = new List<int>();
        for (var i = 0; i < data.Length; i++)
            (data[i] is null ? missing : present).Add(i);
        var rows = new List<int>();
        for (var i = 0; i < parity.Length && rows.Count < missing.Count; i++)
        {
            if (parity[i] is not null)
                rows.Add(i);
        }
        if (rows.Count < missing.Count)
            return ReedSolomonError.TooFewShards;
        var shards = new byte[]?[data.Length];
        if (missing.Count > 0)
        {
            var length = parity[rows[0]]!.Value.Length;
            var inputs = new ReadOnlyMemory<byte>[data.Length];
            for (var i = 0; i < rows.Count; i++)
                inputs[i] = parity[rows[i]]!.Value;
            for (var i = 0; i < present.Count; i++)
                inputs[rows.Count + i] = data[present[i]]!.Value;
            if (!LengthsFit(inputs, rows.Count, length))
                return ReedSolomonError.InvalidLength;
            var outputs = new Memory<byte>[missing.Count];
            for (var i = 0; i < missing.Count; i++)
                outputs[i] = shards[missing[i]] = new byte[length];
            Apply(RebuildingMatrix(missing, present, rows, parity.Length), inputs, outputs);
        }
        rebuilt = shards;
        return ReedSolomonError.None;
    }

    static bool LengthsFit(ReadOnlySpan<ReadOnlyMemory<byte>> inputs, int parityCount, int length)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            if (i < parityCount ? inputs[i].Length != length : inputs[i].Length > length)
                return false;
        }
        return true;
    }

    static byte Coefficient(int row, int column, int parityCount)
    {
        var width = (int)BitOperations.RoundUpToPowerOf2((uint)parityCount);
        return GaloisField.Divide((byte)((width + column) / width), (byte)(row ^ (width + column)));
    }

    /// <summary>What makes the missing shards out of as many parity shards and the present data.</summary>
    static byte[] RebuildingMatrix(List<int> missing, List<int> present, List<int> rows, int parityCount)
    {
        var (size, columns) = (missing.Count, missing.Count + present.Count);
        var square = new byte[size * size];
        var matrix = new byte[size * columns];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
                square[(i * size) + j] = Coefficient(rows[i], missing[j], parityCount);
            matrix[(i * columns) + i] = 1;
            for (var j = 0; j < present.Count; j++)
                matrix[(i * columns) + size + j] = Coefficient(rows[i], present[j], parityCount);
        }
        // Gauss and Jordan: what turns the square into the unit turns the equations into their solution. No pivot is 0, since
        // all leading parts of the square are of Cauchy's kind, too.
        for (var pivot = 0; pivot < size; pivot++)
        {
            var pivotSquare = square.AsSpan(pivot * size, size);
            var pivotMatrix = matrix.AsSpan(pivot * columns, columns);
            var inverse = GaloisField.Divide(1, pivotSquare[pivot]);
            Scale(inverse, pivotSquare);
            Scale(inverse, pivotMatrix);
            for (var row = 0; row < size; row++)
            {
                var factor = square[(row * size) + pivot];
                if (row == pivot || factor == 0)
                    continue;
                GaloisField.MultiplyAdd(factor, pivotSquare, square.AsSpan(row * size, size));
                GaloisField.MultiplyAdd(factor, pivotMatrix, matrix.AsSpan(row * columns, columns));
            }
        }
        return matrix;
    }

    static void Scale(byte factor, Span<byte> row)
    {
        foreach (ref var value in row)
            value = GaloisField.Multiply(factor, value);
    }

    static void Apply(ReadOnlySpan<byte> matrix, ReadOnlySpan<ReadOnlyMemory<byte>> inputs, ReadOnlySpan<Memory<byte>> outputs)
    {
        var length = outputs[0].Length;
        foreach (var output in outputs)
            output.Span.Clear();
        for (var start = 0; start < length; start += Tile)
        {
            for (var column = 0; column < inputs.Length; column++)
            {
                var input = inputs[column].Span;
                var tile = input[Math.Min(start, input.Length)..Math.Min(start + Tile, input.Length)];
                for (var row = 0; row < outputs.Length; row++)
                    GaloisField.MultiplyAdd(matrix[(row * inputs.Length) + column], tile, outputs[row].Span[start..]);
            }
        }
    }
}

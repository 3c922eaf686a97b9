using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Sds.Wire;

/// <summary>Writes and reads bloom filters.</summary>
/// <remarks>
/// js-waku writes the bare words, big-endian (<c>bloom.ts</c>, <c>toBytes</c>); the specification leaves the form open.
/// nim-sds writes a message with the words, little-endian, and the shape (<c>protobuf.nim</c>, <c>serializeBloomFilter</c>).
/// </remarks>
internal static class BloomFilterCodec
{
    const int WordsField = 1;
    const int CapacityField = 2;
    const int ErrorRateField = 3;
    const int HashesField = 4;
    const int BitsField = 5;

    const double Million = 1_000_000;

    /// <summary>The encoded size, in bytes.</summary>
    public static int SizeOf(BloomFilter filter, SdsDialect dialect) => dialect is SdsDialect.Specification
        ? filter.Shape.Size
        : ProtobufWriter.SizeOfBytes(WordsField, filter.Shape.Size)
            + ProtobufWriter.SizeOfUInt64(CapacityField, (ulong)filter.Parameters.Capacity)
            + ProtobufWriter.SizeOfUInt64(ErrorRateField, Millionths(filter))
            + ProtobufWriter.SizeOfUInt64(HashesField, (ulong)filter.Shape.Hashes)
            + ProtobufWriter.SizeOfUInt64(BitsField, (ulong)filter.Shape.Bits);

    /// <summary>Writes a filter into a span of its <see cref="SizeOf"/>.</summary>
    public static void Write(BloomFilter filter, SdsDialect dialect, Span<byte> destination)
    {
        if (dialect is SdsDialect.Specification)
        {
            Copy(filter.Words, MemoryMarshal.Cast<byte, ulong>(destination), isBigEndian: true);
            return;
        }
        var writer = new ProtobufWriter(destination);
        var words = writer.Reserve(WordsField, filter.Shape.Size);
        Copy(filter.Words, MemoryMarshal.Cast<byte, ulong>(words), isBigEndian: false);
        writer.UInt64(CapacityField, (ulong)filter.Parameters.Capacity);
        writer.UInt64(ErrorRateField, Millionths(filter));
        writer.UInt64(HashesField, (ulong)filter.Shape.Hashes);
        writer.UInt64(BitsField, (ulong)filter.Shape.Bits);
    }

    /// <summary>Decodes a filter. Never throws on bad input; the whole span is the filter.</summary>
    /// <param name="source">Any bytes.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="parameters">What the channel's filters are made for: the specification's form does not say. nim-sds's does, and goes by that.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="error"><see cref="DecodeError.InvalidValue"/> when the words do not go with the parameters, or when those are out of
    /// their range; <see cref="DecodeError.MissingField"/> when one is not said.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, SdsDialect dialect, BloomParameters parameters, [NotNullWhen(true)] out BloomFilter? filter, out DecodeError error)
    {
        if (dialect is SdsDialect.Nim)
            return TryDecodeNim(source, out filter, out error);
        var shape = parameters.ShapeIn(dialect);
        var fits = source.Length == shape.Size;
        filter = fits ? new BloomFilter(parameters, shape, ReadWords(source, isBigEndian: true)) : null;
        error = fits ? DecodeError.None : DecodeError.InvalidValue;
        return fits;
    }

    static bool TryDecodeNim(ReadOnlySpan<byte> source, [NotNullWhen(true)] out BloomFilter? filter, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        ReadOnlySpan<byte> words = default;
        var (capacity, millionths, hashes, bits) = (0U, 0U, 0U, 0U);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WordsField: words = reader.Bytes(BloomParameters.MaxSize); break;
                case CapacityField: capacity = reader.UInt32(); break;
                case ErrorRateField: millionths = reader.UInt32(); break;
                case HashesField: hashes = reader.UInt32(); break;
                case BitsField: bits = reader.UInt32(); break;
            }
        }
        if (reader.Error is DecodeError.None && (words.IsEmpty || capacity == 0 || millionths == 0 || hashes == 0 || bits == 0))
            reader.Fail(DecodeError.MissingField);
        var shape = new BloomShape(BloomHash.Farm, (int)hashes, (int)bits);
        var isValid = BloomParameters.AreValid((int)capacity, millionths / Million) && shape.IsValid && words.Length == shape.Size;
        if (!isValid)
            reader.Fail(DecodeError.InvalidValue);
        filter = reader.Succeeded(out error)
            ? new BloomFilter(new BloomParameters((int)capacity, millionths / Million), shape, ReadWords(words, isBigEndian: false))
            : null;
        return filter is not null;
    }

    static ulong[] ReadWords(ReadOnlySpan<byte> source, bool isBigEndian)
    {
        var words = GC.AllocateUninitializedArray<ulong>(source.Length / sizeof(ulong));
        Copy(MemoryMarshal.Cast<byte, ulong>(source), words, isBigEndian);
        return words;
    }

    static void Copy(ReadOnlySpan<ulong> words, Span<ulong> destination, bool isBigEndian)
    {
        if (isBigEndian == BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, destination);
        else
            words.CopyTo(destination);
    }

    static ulong Millionths(BloomFilter filter) => (ulong)Math.Round(filter.Parameters.ErrorRate * Million);
}

using System.Buffers.Binary;
using System.Numerics;

#pragma warning disable CA1720 // methods are named after the types of protobuf

namespace LogosActors.Libp2p.Encoding;

/// <summary>Writes protobuf fields into a span, in the order of the calls.</summary>
/// <remarks>
/// A codec adds up the <c>SizeOf…</c> of its fields, provides a span of that size, and writes the same fields in ascending
/// order of their numbers, which makes the encoding deterministic. Every call writes its field, even a zero or empty one:
/// leaving out a proto3 default is the codec's choice. A nested message is <see cref="Message"/> with its size, then its
/// fields. A span that is too short is a bug of the codec: <see cref="ArgumentException"/> or <see cref="IndexOutOfRangeException"/>.
/// </remarks>
public ref struct ProtobufWriter(Span<byte> destination)
{
    readonly Span<byte> _destination = destination;

    /// <summary>The bytes written so far.</summary>
    public int Written { get; private set; }

    /// <summary>Writes uint64, uint32, bool (0 or 1), or a non-negative enum.</summary>
    public void UInt64(int field, ulong value)
    {
        Tag(field, ProtobufWireType.Varint);
        Varint(value);
    }

    /// <summary>Writes int64 or int32: a negative number takes ten bytes.</summary>
    public void Int64(int field, long value) => UInt64(field, (ulong)value);

    /// <summary>Writes sint64 (zig-zag).</summary>
    public void SInt64(int field, long value) => UInt64(field, ZigZag(value));

    /// <summary>Writes bool.</summary>
    public void Bool(int field, bool value) => UInt64(field, value ? 1UL : 0);

    /// <summary>Writes fixed64.</summary>
    public void Fixed64(int field, ulong value)
    {
        Tag(field, ProtobufWireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Written..], value);
        Written += 8;
    }

    /// <summary>Writes fixed32.</summary>
    public void Fixed32(int field, uint value)
    {
        Tag(field, ProtobufWireType.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(_destination[Written..], value);
        Written += 4;
    }

    /// <summary>Writes double.</summary>
    public void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes bytes, or a message that is encoded already.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(field, value.Length));

    /// <summary>Writes text as UTF-8.</summary>
    public void String(int field, string value)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(value);
        Message(field, length);
        Written += System.Text.Encoding.UTF8.GetBytes(value, _destination[Written..]);
    }

    /// <summary>Begins a field of <paramref name="length"/> bytes: the caller writes just those next.</summary>
    public void Message(int field, int length)
    {
        Tag(field, ProtobufWireType.LengthDelimited);
        Varint((ulong)length);
    }

    /// <summary>Begins a field of <paramref name="length"/> bytes, and returns the span that the caller writes just those to.</summary>
    public Span<byte> Reserve(int field, int length)
    {
        Message(field, length);
        var reserved = _destination.Slice(Written, length);
        Written += length;
        return reserved;
    }

    /// <summary>The size of <see cref="UInt64"/>, in bytes.</summary>
    public static int SizeOfUInt64(int field, ulong value) => SizeOfTag(field) + SizeOfVarint(value);

    /// <summary>The size of <see cref="Int64"/>, in bytes.</summary>
    public static int SizeOfInt64(int field, long value) => SizeOfUInt64(field, (ulong)value);

    /// <summary>The size of <see cref="SInt64"/>, in bytes.</summary>
    public static int SizeOfSInt64(int field, long value) => SizeOfUInt64(field, ZigZag(value));

    /// <summary>The size of <see cref="Bool"/>, in bytes.</summary>
    public static int SizeOfBool(int field) => SizeOfTag(field) + 1;

    /// <summary>The size of <see cref="Fixed64"/> and <see cref="Double"/>, in bytes.</summary>
    public static int SizeOfFixed64(int field) => SizeOfTag(field) + 8;

    /// <summary>The size of <see cref="Fixed32"/>, in bytes.</summary>
    public static int SizeOfFixed32(int field) => SizeOfTag(field) + 4;

    /// <summary>The size of <see cref="Bytes"/>, or of <see cref="Message"/> with the fields in it, in bytes.</summary>
    /// <exception cref="OverflowException">The size is over 2^31 − 1.</exception>
    public static int SizeOfBytes(int field, int length) => checked(SizeOfTag(field) + SizeOfVarint((ulong)length) + length);

    /// <summary>The size of <see cref="String"/>, in bytes.</summary>
    public static int SizeOfString(int field, string value) => SizeOfBytes(field, System.Text.Encoding.UTF8.GetByteCount(value));

    static int SizeOfTag(int field) => SizeOfVarint((ulong)field << 3);

    static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    static ulong ZigZag(long value) => ((ulong)value << 1) ^ (ulong)(value >> 63);

    void Tag(int field, ProtobufWireType type)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(field, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(field, ProtobufReader.MaxField);
        Varint(((ulong)field << 3) | (ulong)type);
    }

    void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _destination[Written++] = (byte)(value | 0x80);
        _destination[Written++] = (byte)value;
    }
}

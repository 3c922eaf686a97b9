using System.Buffers.Binary;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>Writes RLP items into a span, in the order of the calls (Ethereum yellow paper, appendix B).</summary>
/// <remarks>
/// A list is <see cref="List"/> with the sum of the <c>SizeOf…</c> of its items, then its items. A span that is too short is a bug of the
/// codec: <see cref="ArgumentException"/> or <see cref="IndexOutOfRangeException"/>.
/// </remarks>
internal ref struct RlpWriter(Span<byte> destination)
{
    const byte ShortString = 0x80, LongString = 0xb7, ShortList = 0xc0, LongList = 0xf7;

    readonly Span<byte> _destination = destination;

    /// <summary>The bytes written so far.</summary>
    public int Written { get; private set; }

    /// <summary>Writes bytes.</summary>
    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        if (value.Length != 1 || value[0] >= ShortString)
            Header(ShortString, LongString, value.Length);
        Raw(value);
    }

    /// <summary>Writes a number: big-endian, without leading zeros.</summary>
    public void UInt64(ulong value)
    {
        Span<byte> digits = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(digits, value);
        Bytes(digits[(sizeof(ulong) - DigitsOf(value))..]);
    }

    /// <summary>Begins a list.</summary>
    /// <param name="length">The length of all its items, in bytes.</param>
    public void List(int length) => Header(ShortList, LongList, length);

    /// <summary>Writes an item that is encoded already.</summary>
    public void Raw(scoped ReadOnlySpan<byte> item)
    {
        item.CopyTo(_destination[Written..]);
        Written += item.Length;
    }

    /// <summary>The bytes of <see cref="Bytes"/>.</summary>
    public static int SizeOfBytes(ReadOnlySpan<byte> value) =>
        value.Length == 1 && value[0] < ShortString ? 1 : SizeOfHeader(value.Length) + value.Length;

    /// <summary>The bytes of <see cref="UInt64"/>.</summary>
    public static int SizeOfUInt64(ulong value) => value is > 0 and < ShortString ? 1 : 1 + DigitsOf(value);

    /// <summary>The bytes of a list with its items.</summary>
    /// <param name="length">The length of all its items, in bytes.</param>
    public static int SizeOfList(int length) => SizeOfHeader(length) + length;

    static int SizeOfHeader(int length) => length <= RlpReader.MaxShortLength ? 1 : 1 + DigitsOf((ulong)length);

    static int DigitsOf(ulong value) => (71 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 8;

    void Header(byte shortForm, byte longForm, int length)
    {
        if (length <= RlpReader.MaxShortLength)
        {
            _destination[Written++] = (byte)(shortForm + length);
            return;
        }
        var digits = DigitsOf((ulong)length);
        _destination[Written++] = (byte)(longForm + digits);
        for (var shift = 8 * (digits - 1); shift >= 0; shift -= 8)
            _destination[Written++] = (byte)(length >> shift);
    }
}

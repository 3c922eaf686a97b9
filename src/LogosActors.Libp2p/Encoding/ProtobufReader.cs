using System.Buffers.Binary;
using System.Text.Unicode;

#pragma warning disable CA1720 // methods are named after the types of protobuf

namespace LogosActors.Libp2p.Encoding;

/// <summary>Reads one protobuf message from a span, field by field, without allocation and without exceptions.</summary>
/// <remarks>
/// The first error is kept and ends the message: every later read returns a default value and <see cref="Next"/> returns false.
/// So a codec reads all fields plainly and asks <see cref="Succeeded"/> once at the end. A field that is not read is skipped.
/// A field number may repeat: for a single field the last value wins, as protobuf has it.
/// <code>
/// var reader = new ProtobufReader(source);
/// while (reader.Next())
///     switch (reader.Field)
///     {
///         case 1: sequence = reader.UInt64(); break;
///         case 2: payload = reader.Bytes(MaxPayload); break;
///     }
/// return reader.Succeeded(out error);
/// </code>
/// The whole span is the message: its length is the caller's to bound before.
/// </remarks>
public ref struct ProtobufReader(ReadOnlySpan<byte> source)
{
    /// <summary>The largest field number, 2^29 − 1.</summary>
    public const int MaxField = (1 << 29) - 1;

    ReadOnlySpan<byte> _rest = source;
    bool _pending;

    /// <summary>The number of the current field, 1 – <see cref="MaxField"/>; 0 before the first and after the last.</summary>
    public int Field { get; private set; }

    /// <summary>The layout of the current field.</summary>
    public ProtobufWireType WireType { get; private set; }

    /// <summary>The first error, or <see cref="DecodeError.None"/>.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Whether everything so far was well-formed.</summary>
    public readonly bool Succeeded(out DecodeError error)
    {
        error = Error;
        return error is DecodeError.None;
    }

    /// <summary>Ends the message with an error of the codec's own; the first error stays.</summary>
    public void Fail(DecodeError error)
    {
        if (Error is DecodeError.None)
            Error = error;
        _rest = default;
        _pending = false;
        Field = 0;
    }

    /// <summary>Moves to the next field; skips the current one if it was not read.</summary>
    /// <returns>False at the end of the message or on an error.</returns>
    public bool Next()
    {
        if (_pending)
            Skip();
        Field = 0;
        if (_rest.IsEmpty)
            return false;
        var tag = TakeVarint();
        if (Error is not DecodeError.None)
            return false;
        var wireType = (ProtobufWireType)(tag & 7);
        if (tag >> 3 is 0 or > MaxField || wireType is not (ProtobufWireType.Varint or ProtobufWireType.Fixed64
            or ProtobufWireType.LengthDelimited or ProtobufWireType.Fixed32))
        {
            Fail(DecodeError.InvalidField);
            return false;
        }
        (Field, WireType, _pending) = ((int)(tag >> 3), wireType, true);
        return true;
    }

    /// <summary>The current field as uint64.</summary>
    public ulong UInt64() => Begin(ProtobufWireType.Varint) ? TakeVarint() : 0;

    /// <summary>The current field as int64 (two's complement, not zig-zag).</summary>
    public long Int64() => (long)UInt64();

    /// <summary>The current field as uint32; a larger number is <see cref="DecodeError.Overflow"/>.</summary>
    public uint UInt32()
    {
        var value = UInt64();
        if (value <= uint.MaxValue)
            return (uint)value;
        Fail(DecodeError.Overflow);
        return 0;
    }

    /// <summary>The current field as int32 or enum; a number outside that range is <see cref="DecodeError.Overflow"/>.</summary>
    public int Int32()
    {
        var value = Int64();
        if (value is >= int.MinValue and <= int.MaxValue)
            return (int)value;
        Fail(DecodeError.Overflow);
        return 0;
    }

    /// <summary>The current field as sint64 (zig-zag).</summary>
    public long SInt64()
    {
        var value = UInt64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>The current field as bool: any number but 0 is true.</summary>
    public bool Bool() => UInt64() != 0;

    /// <summary>The current field as fixed64.</summary>
    public ulong Fixed64() => Begin(ProtobufWireType.Fixed64) && Take(8, out var bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>The current field as fixed32.</summary>
    public uint Fixed32() => Begin(ProtobufWireType.Fixed32) && Take(4, out var bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>The current field as double.</summary>
    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    /// <summary>The bytes of the current field, or of a nested message: a slice of the source.</summary>
    /// <param name="maxLength">More than this is <see cref="DecodeError.LimitExceeded"/>, known before any byte of it is touched.</param>
    public ReadOnlySpan<byte> Bytes(int maxLength = int.MaxValue)
    {
        if (!Begin(ProtobufWireType.LengthDelimited))
            return default;
        var length = TakeVarint();
        if (length > (ulong)maxLength)
        {
            Fail(DecodeError.LimitExceeded);
            return default;
        }
        return Take((int)length, out var bytes) ? bytes : default;
    }

    /// <summary>The current field as text; empty on an error.</summary>
    /// <param name="maxLength">The limit in UTF-8 bytes.</param>
    /// <remarks>Bytes that are not UTF-8 are <see cref="DecodeError.InvalidText"/> (proto3, §Scalar Value Types).</remarks>
    public string String(int maxLength)
    {
        var bytes = Bytes(maxLength);
        if (Utf8.IsValid(bytes))
            return System.Text.Encoding.UTF8.GetString(bytes);
        Fail(DecodeError.InvalidText);
        return "";
    }

    /// <summary>A repeated number, packed or not: call it for every field of that number and append what it yields.</summary>
    /// <param name="values">Receives the numbers.</param>
    /// <param name="maxCount">The most that <paramref name="values"/> may hold; more is <see cref="DecodeError.LimitExceeded"/>.</param>
#pragma warning disable MA0016 // an interface would cost a call for each number
    public void UInt64s(List<ulong> values, int maxCount)
#pragma warning restore MA0016
    {
        if (WireType is not ProtobufWireType.LengthDelimited)
        {
            Append(values, UInt64(), maxCount);
            return;
        }
        var packed = new ProtobufReader(Bytes());
        while (!packed._rest.IsEmpty && Error is DecodeError.None)
        {
            var value = packed.TakeVarint();
            if (packed.Error is not DecodeError.None)
                Fail(packed.Error);
            Append(values, value, maxCount);
        }
    }

    void Append(List<ulong> values, ulong value, int maxCount)
    {
        if (Error is not DecodeError.None)
            return;
        if (values.Count < maxCount)
            values.Add(value);
        else
            Fail(DecodeError.LimitExceeded);
    }

    bool Begin(ProtobufWireType expected)
    {
        if (_pending && WireType == expected)
        {
            _pending = false;
            return true;
        }
        Fail(DecodeError.InvalidField);
        return false;
    }

    void Skip()
    {
        switch (WireType)
        {
            case ProtobufWireType.Varint: UInt64(); break;
            case ProtobufWireType.Fixed64: Fixed64(); break;
            case ProtobufWireType.Fixed32: Fixed32(); break;
            default: Bytes(); break;
        }
    }

    bool Take(int length, out ReadOnlySpan<byte> bytes)
    {
        if (Error is not DecodeError.None || length > _rest.Length)
        {
            Fail(DecodeError.Truncated);
            bytes = default;
            return false;
        }
        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    ulong TakeVarint()
    {
        const int MaxBytes = 10; // 64 bits (protobuf encoding, §Base 128 Varints); longer forms of a number are allowed
        var value = 0UL;
        for (var i = 0; i < MaxBytes && i < _rest.Length; i++)
        {
            var part = _rest[i];
            if (i == MaxBytes - 1 && part > 1)
                break;
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return value;
        }
        Fail(_rest.Length < MaxBytes ? DecodeError.Truncated : DecodeError.Overflow);
        return 0;
    }
}

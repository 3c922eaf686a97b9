using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Messages;

/// <summary>The hash by which all nodes know a message: 32 bytes, held in place (14/WAKU2-MESSAGE §Deterministic message hashing).</summary>
/// <remarks>Hashes are ordered as their bytes are, as stores order messages of the same time.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly struct MessageHash : IEquatable<MessageHash>, IComparable<MessageHash>
{
    /// <summary>The length, in bytes.</summary>
    public const int Length = Sha256.HashSize;

    static readonly System.Text.Encoding Utf8 = System.Text.Encoding.UTF8;

    readonly ulong _first;
    readonly ulong _second;
    readonly ulong _third;
    readonly ulong _fourth;

    /// <summary>Takes a hash from its bytes.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Length"/> bytes.</exception>
    public MessageHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A message hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Computes the hash of a message on a pubsub topic: SHA-256 over pubsub topic, payload, content topic, meta and
    /// timestamp (8 bytes, big-endian), each left out when it is absent.</summary>
    /// <remarks>It allocates nothing; it takes a buffer of the message's size from the shared pool.</remarks>
    /// <param name="pubsubTopic">The topic that the message travels on, as text.</param>
    /// <param name="message">The message.</param>
    public static MessageHash Compute(string pubsubTopic, WakuMessage message)
    {
        ArgumentNullException.ThrowIfNull(pubsubTopic);
        ArgumentNullException.ThrowIfNull(message);
        var payload = message.Payload.Span;
        var meta = message.Meta.Span;
        // One copy and one call: more calls take longer for anything but the largest messages.
        var rented = ArrayPool<byte>.Shared.Rent(
            Utf8.GetByteCount(pubsubTopic) + payload.Length + Utf8.GetByteCount(message.ContentTopic) + meta.Length + sizeof(long));
        var length = Utf8.GetBytes(pubsubTopic, rented);
        payload.CopyTo(rented.AsSpan(length));
        length += payload.Length;
        length += Utf8.GetBytes(message.ContentTopic, rented.AsSpan(length));
        meta.CopyTo(rented.AsSpan(length));
        length += meta.Length;
        if (message.Timestamp is { } timestamp)
        {
            BinaryPrimitives.WriteInt64BigEndian(rented.AsSpan(length), timestamp);
            length += sizeof(long);
        }
        Span<byte> hash = stackalloc byte[Length];
        Sha256.HashMessage(rented.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(rented);
        return new MessageHash(hash);
    }

    /// <summary>Reads 64 hexadecimal digits, with or without <c>0x</c> before them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageHash hash)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            text = text[2..];
        Span<byte> bytes = stackalloc byte[Length];
        var isHash = text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out _) is OperationStatus.Done;
        hash = isHash ? new MessageHash(bytes) : default;
        return isHash;
    }

    /// <summary>Writes the hash to the first <see cref="Length"/> bytes of a span.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _fourth);
    }

    /// <summary>The hash's bytes, in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary><c>0x</c> and 64 lower-case hexadecimal digits.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"0x{_first:x16}{_second:x16}{_third:x16}{_fourth:x16}");

    /// <inheritdoc/>
    public bool Equals(MessageHash other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MessageHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _first.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MessageHash other) =>
        (_first, _second, _third, _fourth).CompareTo((other._first, other._second, other._third, other._fourth));

    /// <summary>Whether both are the same hash.</summary>
    public static bool operator ==(MessageHash left, MessageHash right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(MessageHash left, MessageHash right) => !left.Equals(right);

    /// <summary>Whether the left one is ordered before the right one.</summary>
    public static bool operator <(MessageHash left, MessageHash right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is ordered after the right one.</summary>
    public static bool operator >(MessageHash left, MessageHash right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is not ordered after the right one.</summary>
    public static bool operator <=(MessageHash left, MessageHash right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is not ordered before the right one.</summary>
    public static bool operator >=(MessageHash left, MessageHash right) => left.CompareTo(right) >= 0;
}

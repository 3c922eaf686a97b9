using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Channels;

namespace LogosActors.Node.Files;

/// <summary>What file a part is of.</summary>
/// <param name="Name">Without a path; see <see cref="FileName.IsSafe"/>.</param>
/// <param name="Size">Of the whole file, in bytes, at least 1.</param>
/// <param name="Digest">SHA-256 of the whole file, 64 hexadecimal digits.</param>
internal sealed record FileDescription(string Name, long Size, string Digest);

/// <summary>A message of a channel that carries a part of a file (docs/channels.md §Files).</summary>
/// <remarks>
/// <c>"LCF1" ‖ size of the file (8 bytes, big-endian) ‖ offset of the part (8) ‖ SHA-256 of the file (32) ‖ length of the name (1) ‖ name (UTF-8) ‖
/// bytes</c>. Each says all, so that parts need no order, may come twice, and a receiver may join late. All parts but the last fill their
/// message, so that nobody can make a file of very many.
/// </remarks>
/// <param name="File">The file.</param>
/// <param name="Offset">Where in it the bytes belong.</param>
/// <param name="Content">The bytes, at least one.</param>
internal readonly record struct FilePart(FileDescription File, long Offset, ReadOnlyMemory<byte> Content)
{
    const int SizeAt = 4;
    const int OffsetAt = 12;
    const int DigestAt = 20;
    const int NameLengthAt = DigestAt + SHA256.HashSizeInBytes;
    const int NameAt = NameLengthAt + 1;

    static ReadOnlySpan<byte> Magic => "LCF1"u8;

    /// <summary>How many bytes of a file of that name fit into one message.</summary>
    public static int MaxContent(string name) => SegmentationOptions.MaxMessageSize - NameAt - Encoding.UTF8.GetByteCount(name);

    /// <summary>Makes the message; <paramref name="read"/> fills in the bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="read">Is given where the bytes go.</param>
    public static ReadOnlyMemory<byte> Encode(FileDescription file, long offset, int length, Action<Memory<byte>> read)
    {
        var nameLength = Encoding.UTF8.GetByteCount(file.Name);
        var message = new byte[NameAt + nameLength + length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(SizeAt), file.Size);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(OffsetAt), offset);
        Convert.FromHexString(file.Digest, message.AsSpan(DigestAt), out _, out _);
        message[NameLengthAt] = (byte)nameLength;
        Encoding.UTF8.GetBytes(file.Name, message.AsSpan(NameAt));
        read(message.AsMemory(NameAt + nameLength));
        return message;
    }

    /// <summary>Reads a message; false: it is no part of a file, but a message of another kind.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> message, out FilePart part)
    {
        part = default;
        var bytes = message.Span;
        if (bytes.Length <= NameAt || !bytes.StartsWith(Magic))
            return false;
        var (size, offset, nameLength) = (BinaryPrimitives.ReadInt64BigEndian(bytes[SizeAt..]), BinaryPrimitives.ReadInt64BigEndian(bytes[OffsetAt..]), bytes[NameLengthAt]);
        var length = bytes.Length - NameAt - nameLength;
        if (length <= 0 || size <= 0 || offset < 0 || offset > size - length)
            return false;
        var name = Encoding.UTF8.GetString(bytes.Slice(NameAt, nameLength));
        if (!FileName.IsSafe(name) || offset % MaxContent(name) != 0 || length != Math.Min(MaxContent(name), size - offset))
            return false;
        part = new FilePart(new FileDescription(name, size, Convert.ToHexStringLower(bytes.Slice(DigestAt, SHA256.HashSizeInBytes))), offset, message[(NameAt + nameLength)..]);
        return true;
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>Yamux §Type Field.</summary>
internal enum YamuxType : byte
{
    Data = 0,
    WindowUpdate = 1,
    Ping = 2,
    GoAway = 3,
}

/// <summary>Yamux §Flag Field.</summary>
[Flags]
internal enum YamuxFlags : ushort
{
    None = 0,
    Syn = 1,
    Ack = 2,
    Fin = 4,
    Rst = 8,
}

/// <summary>Yamux §Session termination: why a side goes away.</summary>
internal enum YamuxGoAway : uint
{
    Normal = 0,
    ProtocolError = 1,
    InternalError = 2,
}

/// <summary>The header of every frame: version, type, flags, stream id, length; 12 bytes, big-endian (Yamux §Framing).</summary>
/// <param name="Type">The frame's type.</param>
/// <param name="Flags">Flags; bits that mean nothing are kept and ignored.</param>
/// <param name="StreamId">The stream, or 0 for the session.</param>
/// <param name="Length">Bytes of payload (data), bytes of window (window update), opaque value (ping), reason (go away).</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct YamuxHeader(YamuxType Type, YamuxFlags Flags, uint StreamId, uint Length)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 12;

    const byte Version = 0;

    /// <summary>Reads <see cref="Size"/> bytes. False when they are no header; never throws on what they contain.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out YamuxHeader header, out MuxError error)
    {
        header = default;
        if (source.Length < Size || source[1] > (byte)YamuxType.GoAway)
        {
            error = MuxError.MalformedFrame;
            return false;
        }
        if (source[0] != Version)
        {
            error = MuxError.UnsupportedVersion;
            return false;
        }
        header = new YamuxHeader(
            (YamuxType)source[1],
            (YamuxFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
        error = MuxError.None;
        return true;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StreamId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        destination[1] = (byte)Type;
        destination[0] = Version;
    }
}

using System.Runtime.InteropServices;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Multiplexing.Mplex;

/// <summary>mplex §Flag Values.</summary>
internal enum MplexFlag : byte
{
    NewStream = 0,
    MessageReceiver = 1,
    MessageInitiator = 2,
    CloseReceiver = 3,
    CloseInitiator = 4,
    ResetReceiver = 5,
    ResetInitiator = 6,
}

/// <summary>What stands in front of every message: varint of (stream id × 8 + flag), varint of the length (mplex §Message format).</summary>
/// <param name="StreamId">The id, 0 to 2⁶⁰−1.</param>
/// <param name="Flag">The message's kind, and from which side of the stream it comes.</param>
/// <param name="Length">Bytes of data that follow.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MplexHeader(ulong StreamId, MplexFlag Flag, uint Length)
{
    /// <summary>The most bytes that a header takes: two varints.</summary>
    public const int MaxSize = Varint.MaxLength + MaxLengthSize;

    /// <summary>The most bytes of data in one message.</summary>
    /// <value>1 MiB (mplex §Writing to a stream; js-libp2p, go-libp2p).</value>
    public const int MaxLength = 1 << 20;

    const int MaxLengthSize = 5;

    /// <summary>The largest stream id: what a varint of nine bytes leaves beside the flag.</summary>
    public const ulong MaxStreamId = (1UL << 60) - 1;

    /// <summary>Reads a header from the start of <paramref name="source"/>.</summary>
    /// <returns>False with <see cref="MuxError.None"/> when more bytes are needed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out MplexHeader header, out int consumed, out MuxError error)
    {
        (header, consumed, error) = (default, 0, MuxError.None);
        if (!TryReadVarint(source, out var tag, out var tagSize, out error))
            return false;
        if (!TryReadVarint(source[tagSize..], out var length, out var lengthSize, out error))
        {
            // No more bytes could make it a length that is allowed, and there is no room for more.
            if (error == MuxError.None && source.Length - tagSize >= MaxLengthSize)
                error = MuxError.FrameTooLarge;
            return false;
        }
        if ((tag & 7) > (ulong)MplexFlag.ResetInitiator)
            error = MuxError.MalformedFrame;
        else if (length > MaxLength)
            error = MuxError.FrameTooLarge;
        if (error != MuxError.None)
            return false;
        header = new MplexHeader(tag >> 3, (MplexFlag)(tag & 7), (uint)length);
        consumed = tagSize + lengthSize;
        return true;
    }

    /// <summary>Writes at most <see cref="MaxSize"/> bytes and returns how many.</summary>
    public int Write(Span<byte> destination)
    {
        var written = Varint.Write(destination, (StreamId << 3) | (ulong)Flag);
        return written + Varint.Write(destination[written..], Length);
    }

    static bool TryReadVarint(ReadOnlySpan<byte> source, out ulong value, out int size, out MuxError error)
    {
        var isRead = Varint.TryRead(source, out value, out size, out var reason);
        error = isRead || reason == DecodeError.Truncated ? MuxError.None : MuxError.MalformedFrame;
        return isRead;
    }
}

using System.Buffers;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Negotiation;

/// <summary>A message of multistream-select: varint length, text, newline (libp2p connections spec §multistream-select).</summary>
internal static class MultistreamLine
{
    /// <summary>The most bytes a message may have, its newline included.</summary>
    /// <value>1 KiB (js-libp2p <c>MAX_PROTOCOL_LENGTH</c>).</value>
    public const int MaxLength = 1024;

    /// <summary>Bytes that any message fits in.</summary>
    public const int MaxSize = MaxLength + 2;

    /// <summary>The line that both sides begin with.</summary>
    public static ReadOnlySpan<byte> Header => "/multistream/1.0.0"u8;

    /// <summary>The answer to a protocol that is not spoken here.</summary>
    public static ReadOnlySpan<byte> NotAvailable => "na"u8;

    /// <summary>The question for all protocols that are spoken.</summary>
    public static ReadOnlySpan<byte> List => "ls"u8;

    /// <summary>Reads the message at the start of <paramref name="source"/>.</summary>
    /// <param name="source">Any bytes.</param>
    /// <param name="line">The text without its newline: a part of <paramref name="source"/>.</param>
    /// <param name="consumed">Bytes taken.</param>
    /// <param name="error">None with a result of false: more bytes are needed.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> line, out int consumed, out NegotiationError error)
    {
        (consumed, error) = (0, NegotiationError.None);
        line = default;
        if (!Varint.TryRead(source, out var length, out var size, out var reason))
        {
            error = reason == DecodeError.Truncated ? NegotiationError.None : NegotiationError.MalformedMessage;
            return false;
        }
        if (length is 0 or > MaxLength)
        {
            error = length == 0 ? NegotiationError.MalformedMessage : NegotiationError.MessageTooLong;
            return false;
        }
        if (source.Length - size < (int)length)
            return false;
        var text = source.Slice(size, (int)length);
        if (text[^1] != '\n')
        {
            error = NegotiationError.MalformedMessage;
            return false;
        }
        line = text[..^1];
        consumed = size + (int)length;
        return true;
    }

    /// <summary>Appends a message.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        var length = text.Length + 1;
        var destination = output.GetSpan(Varint.MaxLength + length);
        var size = Varint.Write(destination, (ulong)length);
        text.CopyTo(destination[size..]);
        destination[size + text.Length] = (byte)'\n';
        output.Advance(size + length);
    }
}

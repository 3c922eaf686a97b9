namespace LogosActors.Libp2p.Dialing.Dns;

/// <summary>Names in DNS messages (RFC 1035 §3.1, §4.1.4). Pure.</summary>
internal static class DnsName
{
    /// <summary>The longest name in its encoded form.</summary>
    public const int MaxLength = 255;

    const int MaxLabel = 63;

    /// <summary>Writes a name.</summary>
    /// <param name="name">Labels of 1 – 63 printable ASCII characters with dots between them.</param>
    /// <param name="cases">One bit per letter inverts its case.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    public static bool TryWrite(string name, UInt128 cases, Span<byte> destination, out int length)
    {
        length = 0;
        if (name.Length is 0 or > MaxLength - 2)
            return false;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan(range);
            if (label.Length is 0 or > MaxLabel)
                return false;
            destination[length++] = (byte)label.Length;
            foreach (var character in label)
            {
                if (character is <= ' ' or > '~')
                    return false;
                var isInverted = false;
                if (char.IsAsciiLetter(character))
                {
                    isInverted = (cases & 1) != 0;
                    cases >>= 1;
                }
                destination[length++] = (byte)(isInverted ? character ^ 0x20 : character);
            }
        }
        destination[length++] = 0;
        return true;
    }

    /// <summary>Reads a name, compressed or not, into its uncompressed form.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="position">Where the name begins; behind it afterwards.</param>
    /// <param name="destination"><see cref="MaxLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, Span<byte> destination, out int length)
    {
        length = 0;
        var (at, end) = (position, -1);
        // A pointer leads to an earlier place than any before, so there is no circle.
        for (var earliest = position; at < message.Length;)
        {
            int label = message[at];
            switch (label >> 6)
            {
                case 0 when label == 0:
                    if (length == MaxLength)
                        return false;
                    destination[length++] = 0;
                    position = end < 0 ? at + 1 : end;
                    return true;
                case 0:
                    if (message.Length - at <= label || length + 1 + label >= MaxLength)
                        return false;
                    message.Slice(at, 1 + label).CopyTo(destination[length..]);
                    length += 1 + label;
                    at += 1 + label;
                    break;
                case 3:
                    if (message.Length - at < 2)
                        return false;
                    if (end < 0)
                        end = at + 2;
                    at = ((label & 0x3f) << 8) | message[at + 1];
                    if (at >= earliest)
                        return false;
                    earliest = at;
                    break;
                default:
                    return false;
            }
        }
        return false;
    }

    /// <summary>Whether two uncompressed names are the same, whatever the case of their letters.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.SequenceEqual(right) || System.Text.Ascii.EqualsIgnoreCase(left, right);
}

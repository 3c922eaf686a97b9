namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>Base32 in upper case and without padding (RFC 4648 §6): only the one text of some bytes is read.</summary>
internal static class Base32Text
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The text of some bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[LengthOf(bytes.Length)];
        var (bits, count, written) = (0, 0, 0);
        foreach (var value in bytes)
        {
            bits = (bits << 8) | value;
            for (count += 8; count >= 5; count -= 5)
                text[written++] = Alphabet[bits >> (count - 5) & 31];
        }
        if (count > 0)
            text[written] = Alphabet[bits << (5 - count) & 31];
        return new string(text);
    }

    /// <summary>Reads text that stands for as many bytes as <paramref name="destination"/> has.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length != LengthOf(destination.Length))
            return false;
        var (bits, count, written) = (0, 0, 0);
        foreach (var character in text)
        {
            var value = Alphabet.IndexOf(character);
            if (value < 0)
                return false;
            bits = ((bits << 5) | value) & 0xfff;
            count += 5;
            if (count < 8)
                continue;
            count -= 8;
            destination[written++] = (byte)(bits >> count);
        }
        return (bits & ((1 << count) - 1)) == 0;
    }

    static int LengthOf(int bytes) => ((bytes * 8) + 4) / 5;
}

namespace LogosActors.Libp2p.Cryptography;

/// <summary>ECDSA-Sig-Value, SEQUENCE { r INTEGER, s INTEGER }, in DER (RFC 3279 §2.2.3), for curves of up to 256 bits.</summary>
/// <remarks>Numbers are big-endian without leading zeros. Only the one DER form of a pair is read (BIP 66).</remarks>
internal static class EcdsaSignature
{
    const byte Sequence = 0x30, Integer = 0x02;

    /// <summary>Reads a signature of 8 – 72 bytes into slices of it.</summary>
    /// <returns>False when it is not DER, or a number is negative, zero or over 256 bits.</returns>
    public static bool TryRead(ReadOnlySpan<byte> der, out ReadOnlySpan<byte> r, out ReadOnlySpan<byte> s)
    {
        r = s = default;
        if (der.Length is < 8 or > 72 || der[0] != Sequence || der[1] != der.Length - 2)
            return false;
        var rest = der[2..];
        return TryTakeInteger(ref rest, out r) && TryTakeInteger(ref rest, out s) && rest.IsEmpty;
    }

    /// <summary>Writes the DER of two positive numbers of at most 32 bytes.</summary>
    public static byte[] Write(ReadOnlySpan<byte> r, ReadOnlySpan<byte> s)
    {
        var (paddingOfR, paddingOfS) = (r[0] >> 7, s[0] >> 7);
        var der = new byte[6 + paddingOfR + r.Length + paddingOfS + s.Length];
        der[0] = Sequence;
        der[1] = (byte)(der.Length - 2);
        der[2] = Integer;
        der[3] = (byte)(paddingOfR + r.Length);
        r.CopyTo(der.AsSpan(4 + paddingOfR));
        var second = der.AsSpan(4 + paddingOfR + r.Length);
        second[0] = Integer;
        second[1] = (byte)(paddingOfS + s.Length);
        s.CopyTo(second[(2 + paddingOfS)..]);
        return der;
    }

    static bool TryTakeInteger(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> number)
    {
        number = default;
        if (rest.Length < 3 || rest[0] != Integer || rest[1] is 0 or > 33 || rest[1] > rest.Length - 2)
            return false;
        var digits = rest.Slice(2, rest[1]);
        rest = rest[(2 + rest[1])..];
        if (digits[0] >= 0x80)
            return false;
        if (digits[0] == 0)
        {
            if (digits.Length == 1 || digits[1] < 0x80)
                return false;
            digits = digits[1..];
        }
        number = digits;
        return digits.Length <= 32;
    }
}

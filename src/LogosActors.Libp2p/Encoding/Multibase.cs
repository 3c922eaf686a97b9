using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using SimpleBase;

namespace LogosActors.Libp2p.Encoding;

/// <summary>Text forms of bytes that name their base by a first character (multiformats/multibase), and plain base58btc.</summary>
/// <remarks>
/// Read: <c>z</c> base58btc, <c>b</c> base32, <c>k</c> base36, <c>f</c> base16, <c>u</c> base64url, all in lower case and without
/// padding, as libp2p writes them. Only the one text of some bytes is read: no other case, no stray bits at the end.
/// </remarks>
internal static class Multibase
{
    /// <summary>The longest text, in characters: enough for a multihash of 64 bytes in base16.</summary>
    public const int MaxLength = 160;

    /// <summary>Bytes as base58btc, without a prefix.</summary>
    public static string ToBase58(ReadOnlySpan<byte> bytes) => Base58.Bitcoin.Encode(bytes);

    /// <summary>Bytes as base32, with the prefix <c>b</c>.</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes) => "b" + Base32.FileCoin.Encode(bytes);

    /// <summary>Bytes as base64url, with the prefix <c>u</c>.</summary>
    public static string ToBase64Url(ReadOnlySpan<byte> bytes) => "u" + Base64Url.EncodeToString(bytes);

    /// <summary>Reads base58btc without a prefix; the errors are those of text with one.</summary>
    public static bool TryDecodeBase58(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes, out DecodeError error) =>
        TryDecodeWith(Base58.Bitcoin, text, out bytes, out error);

    /// <summary>Reads text with a prefix.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="bytes">What it stands for; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> beyond <see cref="MaxLength"/>, <see cref="DecodeError.Unsupported"/>
    /// for another base, <see cref="DecodeError.InvalidText"/> for anything that is not the text of some bytes in its base.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes, out DecodeError error)
    {
        bytes = null;
        error = DecodeError.InvalidText;
        if (text.IsEmpty)
            return false;
        var digits = text[1..];
        switch (text[0])
        {
            case 'z': return TryDecodeWith(Base58.Bitcoin, digits, out bytes, out error);
            case 'b': return TryDecodeWith(Base32.FileCoin, digits, out bytes, out error);
            case 'k': return TryDecodeWith(Base36.LowerCase, digits, out bytes, out error);
            case 'f': return TryDecodeWith(Base16.LowerCase, digits, out bytes, out error);
            case 'u': return TryDecodeBase64Url(digits, out bytes, out error);
            default:
                error = DecodeError.Unsupported;
                return false;
        }
    }

    static bool TryDecodeWith(INonAllocatingBaseCoder coder, ReadOnlySpan<char> digits, [NotNullWhen(true)] out byte[]? bytes, out DecodeError error)
    {
        if (!IsReadable(digits, out bytes, out error))
            return false;
        Span<byte> buffer = stackalloc byte[coder.GetSafeByteCountForDecoding(digits)];
        if (!coder.TryDecode(digits, buffer, out var length))
            return false;
        Span<char> again = stackalloc char[coder.GetSafeCharCountForEncoding(buffer[..length])];
        return coder.TryEncode(buffer[..length], again, out var written)
            && Finish(digits.SequenceEqual(again[..written]), buffer[..length], out bytes, out error);
    }

    static bool TryDecodeBase64Url(ReadOnlySpan<char> digits, [NotNullWhen(true)] out byte[]? bytes, out DecodeError error)
    {
        if (!IsReadable(digits, out bytes, out error) || digits.Contains('=') || !Base64Url.IsValid(digits))
            return false;
        Span<byte> buffer = stackalloc byte[MaxLength];
        if (!Base64Url.TryDecodeFromChars(digits, buffer, out var length))
            return false;
        Span<char> again = stackalloc char[MaxLength * 2];
        return Base64Url.TryEncodeToChars(buffer[..length], again, out var written)
            && Finish(digits.SequenceEqual(again[..written]), buffer[..length], out bytes, out error);
    }

    static bool IsReadable(ReadOnlySpan<char> digits, out byte[]? bytes, out DecodeError error)
    {
        bytes = null;
        error = digits.Length < MaxLength ? DecodeError.InvalidText : DecodeError.LimitExceeded;
        return digits.Length < MaxLength && !digits.ContainsAnyExceptInRange('!', '~');
    }

    static bool Finish(bool isTheOneText, ReadOnlySpan<byte> decoded, [NotNullWhen(true)] out byte[]? bytes, out DecodeError error)
    {
        (bytes, error) = isTheOneText ? (decoded.ToArray(), DecodeError.None) : (null, DecodeError.InvalidText);
        return isTheOneText;
    }
}

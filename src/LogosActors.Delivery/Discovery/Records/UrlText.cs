using System.Buffers;
using System.Buffers.Text;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>Base64url without padding (RFC 4648 §5): only the one text of some bytes is read.</summary>
internal static class UrlText
{
    static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Reads text.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="destination">Where to; what does not fit is refused.</param>
    /// <param name="length">The bytes written.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (text.ContainsAnyExcept(Alphabet)
            || Base64Url.DecodeFromChars(text, destination, out _, out length) is not OperationStatus.Done)
            return false;
        // .NET ignores bits behind the last byte.
        Span<char> last = stackalloc char[4];
        var tail = length % 3;
        if (tail == 0)
            return true;
        var written = Base64Url.EncodeToChars(destination.Slice(length - tail, tail), last);
        return text[^written..].SequenceEqual(last[..written]);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>The signed root of a list (EIP-1459 §DNS Record Structure).</summary>
/// <param name="Text">The whole entry.</param>
/// <param name="Nodes">Where the nodes are.</param>
/// <param name="Links">Where the other lists are.</param>
/// <param name="Sequence">Which version of the list it is: greater is newer.</param>
internal sealed record TreeRoot(string Text, TreeHash Nodes, TreeHash Links, ulong Sequence)
{
    /// <summary>How the text begins; a domain may have other TXT records beside it.</summary>
    public const string Prefix = "enrtree-root:v1";

    // r, s and a recovery id, which nobody needs who knows the key.
    const int SignatureLength = Secp256k1.SignatureLength + 1;

    /// <summary>Reads a root and verifies its signature.</summary>
    /// <param name="text">The whole entry, from the network.</param>
    /// <param name="url">The list, with the key that signs it.</param>
    /// <param name="root">The root; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> for a long text, <see cref="DecodeError.InvalidText"/> for one that is no root,
    /// <see cref="DecodeError.InvalidSignature"/> for one by another key.</param>
    public static bool TryParse(string text, ListUrl url, [NotNullWhen(true)] out TreeRoot? root, out DecodeError error)
    {
        root = null;
        error = DecodeError.LimitExceeded;
        if (text.Length > TreeEntry.MaxLength)
            return false;
        error = DecodeError.InvalidText;
        Span<Range> parts = stackalloc Range[6];
        var source = text.AsSpan();
        Span<byte> signature = stackalloc byte[SignatureLength];
        if (source.Split(parts, ' ') != 5
            || !source[parts[0]].SequenceEqual(Prefix)
            || !TryTake(source[parts[1]], "e=", out var nodes) || !TreeHash.TryParse(nodes, out var nodesHash)
            || !TryTake(source[parts[2]], "l=", out var links) || !TreeHash.TryParse(links, out var linksHash)
            || !TryTake(source[parts[3]], "seq=", out var number)
            || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || !TryTake(source[parts[4]], "sig=", out var encoded)
            || !UrlText.TryDecode(encoded, signature, out var length) || length != SignatureLength)
            return false;
        var signed = source[..^(" sig=".Length + encoded.Length)];
        Span<byte> hash = stackalloc byte[Keccak256.Length];
        Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(signed.ToString()), hash);
        error = DecodeError.InvalidSignature;
        if (!Secp256k1.Verify(url.Key, hash, signature[..Secp256k1.SignatureLength]))
            return false;
        error = DecodeError.None;
        root = new TreeRoot(text, nodesHash.Value, linksHash.Value, sequence);
        return true;
    }

    static bool TryTake(ReadOnlySpan<char> part, string name, out ReadOnlySpan<char> value)
    {
        var found = part.StartsWith(name, StringComparison.Ordinal);
        value = found ? part[name.Length..] : default;
        return found;
    }
}

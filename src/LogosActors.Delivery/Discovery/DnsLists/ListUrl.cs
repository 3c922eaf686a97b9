using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>Names a list of nodes in DNS: <c>enrtree://key@domain</c> (EIP-1459 §URLs). Immutable, compared by value.</summary>
internal sealed class ListUrl : IEquatable<ListUrl>
{
    /// <summary>How the text begins.</summary>
    public const string Prefix = "enrtree://";

    /// <summary>The longest domain, in characters: below it are names of 26, and a dot.</summary>
    public const int MaxDomainLength = 253 - 1 - TreeHash.TextLength;

    readonly byte[] _key;

    ListUrl(byte[] key, string domain) => (_key, Domain) = (key, domain);

    /// <summary>The compressed public key that signs the list, 33 bytes.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>The domain, in lower case.</summary>
    public string Domain { get; }

    /// <summary>Reads the text form.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="url">The URL; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.InvalidText"/> for what is no URL of a list, <see cref="DecodeError.InvalidValue"/> for a key
    /// that is none, <see cref="DecodeError.LimitExceeded"/> for a domain that is too long.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ListUrl? url, out DecodeError error)
    {
        url = null;
        error = DecodeError.InvalidText;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        text = text[Prefix.Length..];
        var at = text.IndexOf('@');
        if (at < 0)
            return false;
        var domain = text[(at + 1)..];
        error = domain.Length > MaxDomainLength ? DecodeError.LimitExceeded : DecodeError.InvalidText;
        if (domain.Length is 0 or > MaxDomainLength || !IsDomain(domain))
            return false;
        Span<byte> key = stackalloc byte[Secp256k1.PublicKeyLength];
        if (!Base32Text.TryDecode(text[..at], key))
            return false;
        error = DecodeError.InvalidValue;
        if (!Secp256k1.IsPublicKey(key))
            return false;
        error = DecodeError.None;
        url = new ListUrl(key.ToArray(), new string(domain).ToLowerInvariant());
        return true;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => $"{Prefix}{Base32Text.Encode(_key)}@{Domain}";

    /// <inheritdoc/>
    public bool Equals(ListUrl? other) =>
        other is not null && Key.SequenceEqual(other.Key) && string.Equals(Domain, other.Domain, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ListUrl);

    /// <inheritdoc/>
    public override int GetHashCode() => Domain.GetHashCode(StringComparison.Ordinal);

    static bool IsDomain(ReadOnlySpan<char> domain)
    {
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > 63)
                return false;
            foreach (var character in label)
            {
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
                    return false;
            }
        }
        return true;
    }
}

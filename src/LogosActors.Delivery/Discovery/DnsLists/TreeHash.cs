using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>The name of an entry below a list's domain: the first 16 bytes of the Keccak-256 of its text, in base32 (EIP-1459 §DNS Record Structure).</summary>
/// <param name="Text">The name: <see cref="TextLength"/> characters, in upper case.</param>
internal readonly record struct TreeHash(string Text)
{
    /// <summary>The length of a name, in characters.</summary>
    public const int TextLength = 26;

    const int Length = 16;

    /// <summary>The name of the entry with this text.</summary>
    public static TreeHash Of(string entry)
    {
        var hash = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(entry));
        return new TreeHash(Base32Text.Encode(hash.AsSpan(0, Length)));
    }

    /// <summary>Reads a name.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out TreeHash? hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        hash = Base32Text.TryDecode(text, bytes) ? new TreeHash(new string(text)) : null;
        return hash is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>The name of a peer: a multihash of its public key (libp2p specs, peer-ids §Peer Ids). Immutable, for any number of threads.</summary>
/// <remarks>
/// A key whose protobuf is at most 42 bytes (Ed25519, secp256k1) is embedded as it is, by the identity multihash; of a longer one
/// (RSA, ECDSA) the id holds the SHA-256. Ids are ordered by their bytes.
/// </remarks>
public sealed class PeerId : IEquatable<PeerId>, IComparable<PeerId>
{
    /// <summary>The longest key that is embedded, in bytes of its protobuf (peer-ids §Peer Ids).</summary>
    public const int MaxEmbeddedKeyLength = 42;

    /// <summary>The longest id, in bytes.</summary>
    public const int MaxLength = 2 + MaxEmbeddedKeyLength;

    // multiformats/multicodec: identity, sha2-256; each takes one byte, as does the length.
    const byte Identity = 0x00, Sha256 = 0x12;

    readonly byte[] _bytes;
    readonly int _hashCode;
    string? _text;

    PeerId(byte[] bytes)
    {
        _bytes = bytes;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        _hashCode = hash.ToHashCode();
    }

    /// <summary>The multihash: 3 – <see cref="MaxLength"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The id of the holder of a key.</summary>
    public static PeerId FromPublicKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var encoded = key.Encode();
        return new PeerId(encoded.Length <= MaxEmbeddedKeyLength
            ? [Identity, (byte)encoded.Length, .. encoded]
            : [Sha256, SHA256.HashSizeInBytes, .. SHA256.HashData(encoded)]);
    }

    /// <summary>Reads the binary form.</summary>
    /// <param name="source">The whole multihash, from the network.</param>
    /// <param name="id">The id; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for another hash than the two, <see cref="DecodeError.LimitExceeded"/>
    /// beyond <see cref="MaxLength"/>, <see cref="DecodeError.Truncated"/> and <see cref="DecodeError.TrailingBytes"/> for a length
    /// that does not fit, <see cref="DecodeError.InvalidValue"/> for an empty key or a digest of another length than 32 bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerId? id, out DecodeError error)
    {
        error = source switch
        {
            { Length: > MaxLength } => DecodeError.LimitExceeded,
            { Length: < 2 } => DecodeError.Truncated,
            [not (Identity or Sha256), ..] => DecodeError.Unsupported,
            [Sha256, not SHA256.HashSizeInBytes, ..] or [Identity, 0, ..] => DecodeError.InvalidValue,
            _ when source.Length - 2 < source[1] => DecodeError.Truncated,
            _ when source.Length - 2 > source[1] => DecodeError.TrailingBytes,
            _ => DecodeError.None,
        };
        id = error is DecodeError.None ? new PeerId(source.ToArray()) : null;
        return id is not null;
    }

    /// <summary>Reads either text form: base58btc, or a CID of the codec libp2p-key in multibase.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="id">The id; null on an error.</param>
    /// <param name="error">Those of <see cref="TryDecode"/>; <see cref="DecodeError.InvalidText"/> for text that is not in its base;
    /// <see cref="DecodeError.Unsupported"/> also for another base, CID version or codec.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PeerId? id, out DecodeError error)
    {
        id = null;
        return PeerIdText.TryRead(text, out var multihash, out error) && TryDecode(multihash, out id, out error);
    }

    /// <summary>Reads either text form.</summary>
    /// <exception cref="FormatException">The text is no peer id.</exception>
    public static PeerId Parse(string text) =>
        TryParse(text, out var id, out var error)
            ? id
            : throw new FormatException($"'{text}' is not a peer id in base58btc (12D3Koo…, 16Uiu2…, Qm…) or as a CID (bafz…): {error}.");

    /// <summary>The key that the id embeds.</summary>
    /// <returns>False when the id holds a hash, or what it embeds is not the one encoding of a key.</returns>
    public bool TryGetPublicKey([NotNullWhen(true)] out PublicKey? key)
    {
        key = _bytes[0] == Identity && PublicKey.TryDecode(_bytes.AsSpan(2), out var embedded, out _) && Matches(embedded) ? embedded : null;
        return key is not null;
    }

    /// <summary>Whether this is the id of the holder of <paramref name="key"/>.</summary>
    public bool Matches(PublicKey key) => Equals(FromPublicKey(key));

    /// <summary>The canonical text: base58btc.</summary>
    public override string ToString() => _text ??= Multibase.ToBase58(_bytes);

    /// <summary>The other text: a CIDv1 of the codec libp2p-key in base32, which is safe where case is lost (host names).</summary>
    public string ToCid() => PeerIdText.ToCid(_bytes);

    /// <inheritdoc/>
    public bool Equals(PeerId? other) => other is not null && (ReferenceEquals(this, other) || Bytes.SequenceEqual(other.Bytes));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PeerId);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <inheritdoc/>
    public int CompareTo(PeerId? other) => other is null ? 1 : Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Whether both are the same id, or both null.</summary>
    public static bool operator ==(PeerId? left, PeerId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the ids differ.</summary>
    public static bool operator !=(PeerId? left, PeerId? right) => !(left == right);

    /// <summary>Whether the left id comes before the right one; null comes first.</summary>
    public static bool operator <(PeerId? left, PeerId? right) => Comparer<PeerId>.Default.Compare(left, right) < 0;

    /// <summary>Whether the left id comes before the right one, or is the same.</summary>
    public static bool operator <=(PeerId? left, PeerId? right) => Comparer<PeerId>.Default.Compare(left, right) <= 0;

    /// <summary>Whether the left id comes after the right one.</summary>
    public static bool operator >(PeerId? left, PeerId? right) => Comparer<PeerId>.Default.Compare(left, right) > 0;

    /// <summary>Whether the left id comes after the right one, or is the same.</summary>
    public static bool operator >=(PeerId? left, PeerId? right) => Comparer<PeerId>.Default.Compare(left, right) >= 0;
}

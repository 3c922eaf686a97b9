using System.Diagnostics.CodeAnalysis;
using Geralt;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>A peer's public key: it verifies what the peer signed, and the peer's id is made of it. Immutable, for any number of threads.</summary>
/// <remarks>
/// <see cref="Data"/> by type (libp2p specs, peer-ids §Key Types): Ed25519 the 32 bytes of RFC 8032; secp256k1 the compressed
/// point, 33 bytes (the uncompressed form would give the same key a second peer id, and is refused); RSA and ECDSA a
/// SubjectPublicKeyInfo in DER, for ECDSA with a named curve and an uncompressed point.
/// </remarks>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>The longest <see cref="Data"/>, in bytes: RSA with 8192 bits and an exponent of ordinary size takes 1062.</summary>
    public const int MaxDataLength = 1200;

    /// <summary>The smallest and the largest RSA modulus, in bits: those of go-libp2p.</summary>
    public const int MinRsaBits = 2048, MaxRsaBits = 8192;

    readonly byte[] _data;

    PublicKey(KeyType type, byte[] data) => (Type, _data) = (type, data);

    /// <summary>The kind of the key.</summary>
    public KeyType Type { get; }

    /// <summary>The key in the form of its type.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>The length of <see cref="Encode()"/>, in bytes.</summary>
    public int EncodedLength => KeyMessage.Length(Type, _data);

    /// <summary>The protobuf of the key, in its one deterministic form.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[EncodedLength];
        KeyMessage.Write(bytes, Type, _data);
        return bytes;
    }

    /// <summary>Reads the protobuf of a key.</summary>
    /// <param name="source">The whole message, from the network.</param>
    /// <param name="key">The key; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for an unknown type or curve, <see cref="DecodeError.InvalidValue"/>
    /// for data that are no key of their type, <see cref="DecodeError.LimitExceeded"/> for too much data, and those of protobuf.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PublicKey? key, out DecodeError error)
    {
        key = null;
        return KeyMessage.TryRead(source, MaxDataLength, out var type, out var data, out error) && TryImport(type, data, out key, out error);
    }

    /// <summary>Makes a key of its type and <see cref="Data"/>; the errors are those of <see cref="TryDecode"/>.</summary>
    public static bool TryImport(KeyType type, ReadOnlySpan<byte> data, [NotNullWhen(true)] out PublicKey? key, out DecodeError error)
    {
        error = type switch
        {
            _ when data.Length > MaxDataLength => DecodeError.LimitExceeded,
            KeyType.Ed25519 => data.Length == Ed25519.PublicKeySize ? DecodeError.None : DecodeError.InvalidValue,
            KeyType.Secp256k1 => Secp256k1.IsPublicKey(data) ? DecodeError.None : DecodeError.InvalidValue,
            KeyType.Rsa => SubjectPublicKeyInfo.CheckRsa(data),
            KeyType.Ecdsa => SubjectPublicKeyInfo.CheckEcdsa(data),
            _ => DecodeError.Unsupported,
        };
        key = error is DecodeError.None ? new PublicKey(type, data.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Whether <paramref name="signature"/> is one of <paramref name="message"/> by the holder of the private key.</summary>
    /// <param name="message">Any bytes.</param>
    /// <param name="signature">Any bytes: 64 of RFC 8032 for Ed25519, PKCS #1 v1.5 for RSA, DER for the others; for secp256k1
    /// strict DER with a low S only (BIP 62).</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Type switch
    {
        KeyType.Ed25519 => signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature, message, _data),
        KeyType.Secp256k1 => Secp256k1Der.Verify(_data, message, signature),
        KeyType.Rsa => signature.Length <= MaxRsaBits / 8 && SubjectPublicKeyInfo.VerifyRsa(_data, message, signature),
        _ => signature.Length <= MaxRsaBits / 8 && SubjectPublicKeyInfo.VerifyEcdsa(_data, message, signature),
    };

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && Type == other.Type && Data.SequenceEqual(other.Data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Type);
        hash.AddBytes(_data);
        return hash.ToHashCode();
    }
}

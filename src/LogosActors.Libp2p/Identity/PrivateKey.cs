using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Geralt;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>A node's identity: an Ed25519 or secp256k1 private key, which signs. Immutable, for any number of threads; dispose it to wipe it.</summary>
/// <remarks>
/// <see cref="Encode"/> and <see cref="TryDecode"/> are the form in which libp2p implementations keep keys on disk (peer-ids
/// §Keys); it never goes over the wire. The data: for Ed25519 the 32 bytes of the private key and the 32 of the public key (an
/// older form repeats the latter), for secp256k1 the 32 bytes of the scalar, big-endian.
/// </remarks>
public sealed class PrivateKey : IDisposable
{
    const int SecretLength = 32;
    const int MaxDataLength = SecretLength + (2 * Ed25519.PublicKeySize);

    // As their type signs with it: an Ed25519 seed with the public key behind it, or a scalar. Pinned, so that the collector leaves no copies behind.
    readonly byte[] _secret;
    readonly Lock _wiping = new();
    bool _disposed;

    PrivateKey(KeyType type, ReadOnlySpan<byte> secret)
    {
        _secret = GC.AllocateUninitializedArray<byte>(type is KeyType.Ed25519 ? Ed25519.PrivateKeySize : SecretLength, pinned: true);
        if (type is KeyType.Ed25519)
        {
            var publicKey = new byte[Ed25519.PublicKeySize];
            Ed25519.GenerateKeyPair(publicKey, _secret, secret);
            PublicKey = Public(type, publicKey);
        }
        else
        {
            secret.CopyTo(_secret);
            PublicKey = Public(type, Secp256k1.PublicKeyOf(secret));
        }
    }

    /// <summary>The public half, which stays usable after <see cref="Dispose"/>.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The kind of the key: <see cref="KeyType.Ed25519"/> or <see cref="KeyType.Secp256k1"/>.</summary>
    public KeyType Type => PublicKey.Type;

    /// <summary>Makes a key of fresh randomness.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is one that is only verified here.</exception>
    public static PrivateKey Generate(KeyType type)
    {
        if (type is not (KeyType.Ed25519 or KeyType.Secp256k1))
            throw new ArgumentOutOfRangeException(nameof(type), type, "Private keys are Ed25519 or Secp256k1; other types are only verified.");
        Span<byte> secret = stackalloc byte[SecretLength];
        if (type is KeyType.Ed25519)
            RandomNumberGenerator.Fill(secret);
        else
            Secp256k1.GeneratePrivateKey(secret);
        try
        {
            return new PrivateKey(type, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Reads the protobuf of a private key.</summary>
    /// <param name="source">The whole message.</param>
    /// <param name="key">The key; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for an RSA, ECDSA or unknown key, <see cref="DecodeError.InvalidValue"/>
    /// for data that are no key of their type or hold a public key that does not belong, and those of protobuf.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PrivateKey? key, out DecodeError error)
    {
        key = null;
        if (!KeyMessage.TryRead(source, int.MaxValue, out var type, out var data, out error))
            return false;
        error = type switch
        {
            KeyType.Ed25519 when data.Length is not (2 * SecretLength or MaxDataLength) => DecodeError.InvalidValue,
            KeyType.Ed25519 => DecodeError.None,
            KeyType.Secp256k1 => Secp256k1.IsPrivateKey(data) ? DecodeError.None : DecodeError.InvalidValue,
            _ => DecodeError.Unsupported,
        };
        if (error is not DecodeError.None)
            return false;
        key = new PrivateKey(type, data[..SecretLength]);
        for (var rest = data[SecretLength..]; !rest.IsEmpty; rest = rest[Ed25519.PublicKeySize..])
        {
            if (rest[..Ed25519.PublicKeySize].SequenceEqual(key.PublicKey.Data))
                continue;
            key.Dispose();
            key = null;
            error = DecodeError.InvalidValue;
            return false;
        }
        return true;
    }

    /// <summary>The protobuf of the key; the caller wipes it after use.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public byte[] Encode()
    {
        Span<byte> data = stackalloc byte[_secret.Length];
        CopySecret(data);
        var bytes = new byte[KeyMessage.Length(Type, data)];
        KeyMessage.Write(bytes, Type, data);
        CryptographicOperations.ZeroMemory(data);
        return bytes;
    }

    /// <summary>Signs <paramref name="message"/> as <see cref="PublicKey.Verify"/> of the other half checks it.</summary>
    /// <returns>64 bytes for Ed25519, at most 71 for secp256k1.</returns>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> secret = stackalloc byte[_secret.Length];
        CopySecret(secret);
        try
        {
            if (Type is KeyType.Secp256k1)
                return Secp256k1Der.Sign(secret, message);
            var signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(signature, message, secret);
            return signature;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Wipes the private key.</summary>
    public void Dispose()
    {
        lock (_wiping)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_secret);
        }
    }

    void CopySecret(Span<byte> destination)
    {
        lock (_wiping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _secret.CopyTo(destination);
        }
    }

    static PublicKey Public(KeyType type, byte[] data) =>
        PublicKey.TryImport(type, data, out var key, out var error)
            ? key
            : throw new CryptographicException($"The public half of a {type} key is not one: {error}.");
}

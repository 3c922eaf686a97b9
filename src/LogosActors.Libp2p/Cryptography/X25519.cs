using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>A key pair for Diffie–Hellman on Curve25519 (RFC 7748 §5, §6.1). Dispose it to wipe the private key.</summary>
internal sealed class X25519 : IDisposable
{
    /// <summary>The length of a private key, a public key and a shared secret, in bytes (RFC 7748 §5).</summary>
    public const int KeyLength = 32;

    // Pinned, so that the collector leaves no copies behind.
    readonly byte[] _privateKey = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
    readonly byte[] _publicKey = new byte[KeyLength];
    readonly Lock _wiping = new();
    bool _disposed;

    X25519(ReadOnlySpan<byte> privateKey)
    {
        privateKey.CopyTo(_privateKey);
        Geralt.X25519.ComputePublicKey(_publicKey, privateKey);
    }

    /// <summary>The public key: <see cref="KeyLength"/> bytes, the little-endian u-coordinate.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Makes a key pair of fresh randomness.</summary>
    public static X25519 Generate()
    {
        Span<byte> privateKey = stackalloc byte[KeyLength];
        RandomNumberGenerator.Fill(privateKey);
        try
        {
            return new X25519(privateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Makes the key pair of a private key that is <see cref="KeyLength"/> bytes; any such bytes are one (RFC 7748 §5).</summary>
    /// <exception cref="ArgumentException">The length is another.</exception>
    public static X25519 FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != KeyLength)
            throw new ArgumentException($"An X25519 private key is {KeyLength} bytes, not {privateKey.Length} (RFC 7748 §5).", nameof(privateKey));
        return new X25519(privateKey);
    }

    /// <summary>Computes the secret shared with the holder of <paramref name="publicKey"/>.</summary>
    /// <param name="publicKey">The other's public key, as it came from the network.</param>
    /// <param name="sharedSecret">Receives <see cref="KeyLength"/> bytes, all zero on failure; the caller wipes them after use.</param>
    /// <returns>False when the key is not <see cref="KeyLength"/> bytes, or is one of the few points of low order, for which
    /// the secret would be zero whatever the private key (RFC 7748 §6.1).</returns>
    /// <exception cref="ArgumentException"><paramref name="sharedSecret"/> is not <see cref="KeyLength"/> bytes.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> sharedSecret)
    {
        if (sharedSecret.Length != KeyLength)
            throw new ArgumentException($"A shared secret is {KeyLength} bytes (RFC 7748 §6.1).", nameof(sharedSecret));
        sharedSecret.Clear();
        if (publicKey.Length != KeyLength)
            return false;
        Span<byte> privateKey = stackalloc byte[KeyLength];
        CopyPrivateKey(privateKey);
        try
        {
            Geralt.X25519.ComputeSharedSecret(sharedSecret, privateKey, publicKey);
            return true;
        }
        catch (CryptographicException)
        {
            // A point of low order.
            sharedSecret.Clear();
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Wipes the private key; the public key stays.</summary>
    public void Dispose()
    {
        lock (_wiping)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_privateKey);
        }
    }

    void CopyPrivateKey(Span<byte> destination)
    {
        lock (_wiping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _privateKey.CopyTo(destination);
        }
    }
}

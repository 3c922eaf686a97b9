using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>A key that OpenSSL holds (EVP_PKEY): immutable, for any number of threads; OpenSSL wipes a private one when it frees it.</summary>
/// <remarks>A failure leaves nothing in OpenSSL's error queue, which the thread shares with .NET's own cryptography.</remarks>
internal sealed class EvpKey() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>A private key of a type whose keys are plain bytes.</summary>
    /// <exception cref="CryptographicException">OpenSSL refuses the bytes.</exception>
    public static EvpKey FromRawPrivateKey(int type, ReadOnlySpan<byte> bytes) =>
        Valid(LibCrypto.EVP_PKEY_new_raw_private_key(type, 0, bytes, (nuint)bytes.Length))
        ?? throw new CryptographicException("OpenSSL refuses the private key.");

    /// <summary>A public key of a type whose keys are plain bytes; null when OpenSSL refuses them.</summary>
    public static EvpKey? FromRawPublicKey(int type, ReadOnlySpan<byte> bytes) =>
        Valid(LibCrypto.EVP_PKEY_new_raw_public_key(type, 0, bytes, (nuint)bytes.Length));

    /// <summary>Writes the public half of a key whose type has plain bytes.</summary>
    /// <exception cref="CryptographicException">The key has another length than <paramref name="destination"/>.</exception>
    public void WriteRawPublicKey(Span<byte> destination)
    {
        var length = (nuint)destination.Length;
        if (LibCrypto.EVP_PKEY_get_raw_public_key(this, destination, ref length) == 1 && length == (nuint)destination.Length)
            return;
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL gives no raw public key of that length.");
    }

    /// <summary>Diffie–Hellman with another's public key.</summary>
    /// <returns>False when OpenSSL refuses the peer's key or finds no secret of just the length of <paramref name="secret"/>.</returns>
    public bool TryDerive(EvpKey peer, Span<byte> secret)
    {
        using var context = LibCrypto.EVP_PKEY_CTX_new_from_pkey(0, this, 0);
        var length = (nuint)secret.Length;
        if (!context.IsInvalid
            && LibCrypto.EVP_PKEY_derive_init(context) == 1
            && LibCrypto.EVP_PKEY_derive_set_peer(context, peer) == 1
            && LibCrypto.EVP_PKEY_derive(context, secret, ref length) == 1
            && length == (nuint)secret.Length)
            return true;
        LibCrypto.ERR_clear_error();
        return false;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }

    static EvpKey? Valid(EvpKey key)
    {
        if (!key.IsInvalid)
            return key;
        key.Dispose();
        LibCrypto.ERR_clear_error();
        return null;
    }
}

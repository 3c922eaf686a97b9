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

    /// <summary>A public key from its SubjectPublicKeyInfo (RFC 5280 §4.1), which must be just the DER that OpenSSL would write.</summary>
    public static unsafe EvpKey? FromSubjectPublicKeyInfo(ReadOnlySpan<byte> der)
    {
        EvpKey? key;
        fixed (byte* start = der)
        {
            var end = start;
            key = Valid(LibCrypto.d2i_PUBKEY(0, &end, new CLong(der.Length)));
        }
        if (key is null || key.IsSubjectPublicKeyInfo(der))
            return key;
        key.Dispose();
        return null;
    }

    /// <summary>An elliptic curve private key from its ECPrivateKey (RFC 5915); OpenSSL adds the public key where it is absent.</summary>
    /// <exception cref="CryptographicException">OpenSSL refuses the key.</exception>
    public static unsafe EvpKey FromEcPrivateKey(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var end = start;
            return Valid(LibCrypto.d2i_AutoPrivateKey(0, &end, new CLong(der.Length)))
                ?? throw new CryptographicException("OpenSSL refuses the private key.");
        }
    }

    /// <summary>Whether the key is of the algorithm with that name, as OpenSSL's providers have it.</summary>
    public bool IsA(ReadOnlySpan<byte> nameWithZero) => LibCrypto.EVP_PKEY_is_a(this, nameWithZero) == 1;

    /// <summary>The size of the modulus or of the group's order, in bits.</summary>
    public int Bits => LibCrypto.EVP_PKEY_get_bits(this);

    /// <summary>Whether the key is on the named curve with that name.</summary>
    public bool IsOnCurve(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[32];
        if (LibCrypto.EVP_PKEY_get_group_name(this, buffer, (nuint)buffer.Length, out var length) == 1)
            return name.SequenceEqual(buffer[..(int)length]);
        LibCrypto.ERR_clear_error();
        return false;
    }

    /// <summary>Writes the public point of an elliptic curve key, uncompressed: 4, x, y.</summary>
    /// <exception cref="CryptographicException">The point has another length than <paramref name="destination"/>.</exception>
    public void WritePublicPoint(Span<byte> destination)
    {
        if (LibCrypto.EVP_PKEY_get_octet_string_param(this, "pub"u8, destination, (nuint)destination.Length, out var length) == 1
            && length == (nuint)destination.Length)
            return;
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL gives no public point of that length.");
    }

    /// <summary>Signs <paramref name="message"/> after hashing it with the named digest, or as it is where the scheme has its own (none).</summary>
    /// <returns>The bytes written to <paramref name="signature"/>.</returns>
    /// <exception cref="CryptographicException">OpenSSL fails, or <paramref name="signature"/> is too short.</exception>
    public int Sign(ReadOnlySpan<byte> digestWithZero, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        var length = (nuint)signature.Length;
        if (!context.IsInvalid
            && LibCrypto.EVP_DigestSignInit_ex(context, 0, digestWithZero, 0, 0, this, 0) == 1
            && LibCrypto.EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length) == 1)
            return (int)length;
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL did not sign.");
    }

    /// <summary>Whether <paramref name="signature"/> is one of <paramref name="message"/> under this key.</summary>
    public bool Verify(ReadOnlySpan<byte> digestWithZero, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        if (!context.IsInvalid
            && LibCrypto.EVP_DigestVerifyInit_ex(context, 0, digestWithZero, 0, 0, this, 0) == 1
            && LibCrypto.EVP_DigestVerify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1)
            return true;
        LibCrypto.ERR_clear_error();
        return false;
    }

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

    unsafe bool IsSubjectPublicKeyInfo(ReadOnlySpan<byte> der)
    {
        if (LibCrypto.i2d_PUBKEY(this, null) != der.Length)
            return false;
        var written = new byte[der.Length];
        fixed (byte* start = written)
        {
            var end = start;
            LibCrypto.i2d_PUBKEY(this, &end);
        }
        return der.SequenceEqual(written);
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

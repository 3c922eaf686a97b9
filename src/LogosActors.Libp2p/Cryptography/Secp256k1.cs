using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>The curve of Bitcoin (SEC 2 §2.4.1): keys in their plain forms, and ECDSA over SHA-256 in DER with a low S.</summary>
/// <remarks>
/// For each signature (r, s) there is a second valid one, (r, n − s). BIP 62 rule 5 and the peer id specification, which refers
/// to it, allow only the smaller s; js-libp2p refuses the other. So does this: it signs with the low one and verifies no other.
/// </remarks>
internal static class Secp256k1
{
    /// <summary>The length of a private key, in bytes, big-endian.</summary>
    public const int PrivateKeyLength = 32;

    /// <summary>The length of a public key, in bytes: 2 or 3 for the parity of y, then x (SEC 1 §2.3.3, compressed).</summary>
    public const int PublicKeyLength = 33;

    /// <summary>The longest signature, in bytes: two integers of 33 bytes, with three headers of two.</summary>
    public const int MaxSignatureLength = 72;

    // SEC 2 §2.4.1: the order n of the base point, and n >> 1, big-endian.
    static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
        0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];

    static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
    ];

    // SubjectPublicKeyInfo { { id-ecPublicKey, secp256k1 }, 33 bytes of point } up to the point (RFC 5480 §2).
    static ReadOnlySpan<byte> PublicKeyHeader =>
    [
        0x30, 0x36, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x03, 0x22, 0x00,
    ];

    // ECPrivateKey { 1, 32 bytes, [0] secp256k1 }, around the bytes (RFC 5915 §3).
    static ReadOnlySpan<byte> PrivateKeyHeader => [0x30, 0x2e, 0x02, 0x01, 0x01, 0x04, 0x20];

    static ReadOnlySpan<byte> PrivateKeyTrailer => [0xa0, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];

    static ReadOnlySpan<byte> Digest => "SHA256"u8;

    /// <summary>Whether the bytes are a private key: 1 – n − 1. Takes the same time for every key.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PrivateKeyLength)
            return false;
        var (borrow, bits) = (0, 0);
        for (var i = PrivateKeyLength - 1; i >= 0; i--)
        {
            borrow = (bytes[i] - Order[i] - borrow) >> 31 & 1;
            bits |= bytes[i];
        }
        return (borrow == 1) & (bits != 0);
    }

    /// <summary>Fills <paramref name="destination"/>, <see cref="PrivateKeyLength"/> bytes, with a fresh private key.</summary>
    public static void GeneratePrivateKey(Span<byte> destination)
    {
        do
            RandomNumberGenerator.Fill(destination);
        while (!IsPrivateKey(destination));
    }

    /// <summary>The key for OpenSSL of a private key that <see cref="IsPrivateKey"/> accepts.</summary>
    public static EvpKey ImportPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        Span<byte> der = stackalloc byte[PrivateKeyHeader.Length + PrivateKeyLength + PrivateKeyTrailer.Length];
        PrivateKeyHeader.CopyTo(der);
        privateKey.CopyTo(der[PrivateKeyHeader.Length..]);
        PrivateKeyTrailer.CopyTo(der[(PrivateKeyHeader.Length + PrivateKeyLength)..]);
        try
        {
            return EvpKey.FromEcPrivateKey(der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>The key for OpenSSL of a compressed point; null when the bytes are not one of this curve.</summary>
    public static EvpKey? ImportPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeyLength || publicKey[0] is not (2 or 3))
            return null;
        Span<byte> der = stackalloc byte[PublicKeyHeader.Length + PublicKeyLength];
        PublicKeyHeader.CopyTo(der);
        publicKey.CopyTo(der[PublicKeyHeader.Length..]);
        return EvpKey.FromSubjectPublicKeyInfo(der);
    }

    /// <summary>The compressed point of a key.</summary>
    public static byte[] ExportPublicKey(EvpKey key)
    {
        Span<byte> point = stackalloc byte[65];
        key.WritePublicPoint(point);
        return [(byte)(2 | (point[^1] & 1)), .. point[1..33]];
    }

    /// <summary>Signs the SHA-256 of <paramref name="message"/>; the DER has a low S.</summary>
    public static byte[] Sign(EvpKey key, ReadOnlySpan<byte> message)
    {
        Span<byte> signature = stackalloc byte[MaxSignatureLength];
        signature = signature[..key.Sign(Digest, message, signature)];
        if (!EcdsaSignature.TryRead(signature, out var r, out var s))
            throw new CryptographicException("OpenSSL wrote a signature that is not DER.");
        return IsAtMost(s, HalfOrder) ? signature.ToArray() : EcdsaSignature.Write(r, OrderMinus(s, stackalloc byte[32]));
    }

    /// <summary>Whether <paramref name="signature"/> is strict DER with a low S, and one of <paramref name="message"/>.</summary>
    public static bool Verify(EvpKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length <= MaxSignatureLength
        && EcdsaSignature.TryRead(signature, out _, out var s)
        && IsAtMost(s, HalfOrder)
        && key.Verify(Digest, message, signature);

    static bool IsAtMost(ReadOnlySpan<byte> number, ReadOnlySpan<byte> limit) =>
        number.Length < limit.Length || (number.Length == limit.Length && number.SequenceCompareTo(limit) <= 0);

    static ReadOnlySpan<byte> OrderMinus(ReadOnlySpan<byte> number, Span<byte> difference)
    {
        var borrow = 0;
        for (var i = 1; i <= Order.Length; i++)
        {
            var digit = Order[^i] - (i <= number.Length ? number[^i] : 0) - borrow;
            difference[^i] = (byte)digit;
            borrow = digit < 0 ? 1 : 0;
        }
        return difference.TrimStart((byte)0);
    }
}

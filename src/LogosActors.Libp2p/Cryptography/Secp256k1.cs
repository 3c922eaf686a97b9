using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NBitcoin.Secp256k1;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>The curve of Bitcoin and Ethereum (SEC 2 §2.4.1): keys in their plain forms, ECDSA with a low s, and Diffie–Hellman. For any number of threads.</summary>
/// <remarks>
/// For each signature (r, s) there is a second valid one, (r, n − s). Whoever accepts both accepts two forms of one message; so only
/// the smaller s is written and accepted (BIP 62 rule 5, which the peer ids of libp2p refer to; Ethereum's EIP-2 has the same rule).
/// </remarks>
public static class Secp256k1
{
    /// <summary>The length of a private key, in bytes, big-endian.</summary>
    public const int PrivateKeyLength = 32;

    /// <summary>The length of a compressed public key, in bytes: 2 or 3 for the parity of y, then x (SEC 1 §2.3.3).</summary>
    public const int PublicKeyLength = 33;

    /// <summary>The length of an uncompressed public key, in bytes: 4, then x and y (SEC 1 §2.3.3).</summary>
    public const int UncompressedLength = 65;

    /// <summary>The length of a digest that is signed, in bytes.</summary>
    public const int DigestLength = 32;

    /// <summary>The length of a signature, in bytes: r and s, big-endian, 32 bytes each.</summary>
    public const int SignatureLength = 64;

    /// <summary>Whether the bytes are a private key: 1 – n − 1.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadPrivateKey(bytes, out var key))
            return false;
        key.Dispose();
        return true;
    }

    /// <summary>Whether the bytes are a compressed public key: a point of the curve.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> bytes) => TryReadPublicKey(bytes, out _);

    /// <summary>Writes a fresh private key.</summary>
    /// <param name="privateKey">Receives <see cref="PrivateKeyLength"/> bytes; the caller zeroes them after use.</param>
    /// <exception cref="ArgumentException"><paramref name="privateKey"/> has another length.</exception>
    public static void GeneratePrivateKey(Span<byte> privateKey)
    {
        Require(privateKey.Length, PrivateKeyLength, "A private key", nameof(privateKey));
        do
            RandomNumberGenerator.Fill(privateKey);
        while (!IsPrivateKey(privateKey));
    }

    /// <summary>The compressed public key of a private key, <see cref="PublicKeyLength"/> bytes.</summary>
    /// <exception cref="ArgumentException">It is no private key.</exception>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        using var key = ReadPrivateKey(privateKey);
        return key.CreatePubKey().ToBytes(compressed: true);
    }

    /// <summary>Writes a compressed public key in its uncompressed form.</summary>
    /// <param name="publicKey">The compressed public key, from the network.</param>
    /// <param name="uncompressed">Receives <see cref="UncompressedLength"/> bytes.</param>
    /// <returns>False if it is no compressed public key.</returns>
    /// <exception cref="ArgumentException"><paramref name="uncompressed"/> has another length.</exception>
    public static bool TryDecompress(ReadOnlySpan<byte> publicKey, Span<byte> uncompressed)
    {
        Require(uncompressed.Length, UncompressedLength, "An uncompressed public key", nameof(uncompressed));
        if (!TryReadPublicKey(publicKey, out var key))
            return false;
        key.WriteToSpan(compressed: false, uncompressed, out _);
        return true;
    }

    /// <summary>Writes an uncompressed public key in its compressed form.</summary>
    /// <param name="uncompressed">The uncompressed public key, from the network.</param>
    /// <param name="publicKey">Receives <see cref="PublicKeyLength"/> bytes.</param>
    /// <returns>False if it is no uncompressed public key.</returns>
    /// <exception cref="ArgumentException"><paramref name="publicKey"/> has another length.</exception>
    public static bool TryCompress(ReadOnlySpan<byte> uncompressed, Span<byte> publicKey)
    {
        Require(publicKey.Length, PublicKeyLength, "A compressed public key", nameof(publicKey));
        // A first byte of 6 or 7 is a third form of the same point (X9.62, hybrid).
        if (uncompressed.Length != UncompressedLength || uncompressed[0] != 4 || !ECPubKey.TryCreate(uncompressed, Context.Instance, out _, out var key))
            return false;
        key.WriteToSpan(compressed: true, publicKey, out _);
        return true;
    }

    /// <summary>Signs a digest, with a nonce made of both (RFC 6979): the same signature each time.</summary>
    /// <param name="privateKey">A private key.</param>
    /// <param name="digest">The hash of the message, <see cref="DigestLength"/> bytes.</param>
    /// <param name="signature">Receives <see cref="SignatureLength"/> bytes.</param>
    /// <exception cref="ArgumentException">It is no private key, or a span has another length.</exception>
    public static void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        Require(digest.Length, DigestLength, "A digest", nameof(digest));
        Require(signature.Length, SignatureLength, "A signature", nameof(signature));
        using var key = ReadPrivateKey(privateKey);
        key.SignECDSARFC6979(digest).WriteCompactToSpan(signature);
    }

    /// <summary>Whether <paramref name="signature"/>, with a low s, is one of <paramref name="digest"/> by the holder of the private key.</summary>
    /// <param name="publicKey">The compressed public key, from the network.</param>
    /// <param name="digest">The hash of the message, <see cref="DigestLength"/> bytes.</param>
    /// <param name="signature">The signature, from the network: any bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> has another length.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        Require(digest.Length, DigestLength, "A digest", nameof(digest));
        return signature.Length == SignatureLength
            && SecpECDSASignature.TryCreateFromCompact(signature, out var read)
            && !read.s.IsHigh
            && TryReadPublicKey(publicKey, out var key)
            && key.SigVerify(read, digest);
    }

    /// <summary>Computes the point shared with the holder of <paramref name="publicKey"/>: all of it, not its hash.</summary>
    /// <param name="privateKey">A private key.</param>
    /// <param name="publicKey">The other's compressed public key, from the network.</param>
    /// <param name="sharedPoint">Receives <see cref="PublicKeyLength"/> bytes, the point in its compressed form; the caller zeroes them after use.</param>
    /// <returns>False if the other's is no compressed public key.</returns>
    /// <exception cref="ArgumentException">It is no private key, or <paramref name="sharedPoint"/> has another length.</exception>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> sharedPoint)
    {
        Require(sharedPoint.Length, PublicKeyLength, "A shared point", nameof(sharedPoint));
        using var key = ReadPrivateKey(privateKey);
        if (!TryReadPublicKey(publicKey, out var other))
            return false;
        other.GetSharedPubkey(key).WriteToSpan(compressed: true, sharedPoint, out _);
        return true;
    }

    static ECPrivKey ReadPrivateKey(ReadOnlySpan<byte> privateKey) =>
        TryReadPrivateKey(privateKey, out var key)
            ? key
            : throw new ArgumentException("A private key is 32 bytes, big-endian, from 1 to n − 1 (SEC 2 §2.4.1).", nameof(privateKey));

    static bool TryReadPrivateKey(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ECPrivKey? key)
    {
        key = null;
        return bytes.Length == PrivateKeyLength && ECPrivKey.TryCreate(bytes, out key);
    }

    static bool TryReadPublicKey(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ECPubKey? key)
    {
        key = null;
        return bytes.Length == PublicKeyLength && bytes[0] is (2 or 3) && ECPubKey.TryCreate(bytes, Context.Instance, out _, out key);
    }

    static void Require(int length, int required, string what, string parameter)
    {
        if (length != required)
            throw new ArgumentException($"{what} is {required} bytes, not {length}.", parameter);
    }
}

using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>Signatures on <see cref="Secp256k1"/> as libp2p has them: of a message's SHA-256, in strict DER, with a low s.</summary>
internal static class Secp256k1Der
{
    const int NumberLength = Secp256k1.SignatureLength / 2;

    /// <summary>Signs the SHA-256 of <paramref name="message"/>.</summary>
    /// <returns>At most 71 bytes: an s that is low takes no padding.</returns>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Secp256k1.DigestLength];
        SHA256.HashData(message, digest);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(privateKey, digest, signature);
        return EcdsaSignature.Write(signature[..NumberLength].TrimStart((byte)0), signature[NumberLength..].TrimStart((byte)0));
    }

    /// <summary>Whether <paramref name="signature"/> is strict DER with a low s, and one of <paramref name="message"/>.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (!EcdsaSignature.TryRead(signature, out var r, out var s))
            return false;
        Span<byte> compact = stackalloc byte[Secp256k1.SignatureLength];
        compact.Clear();
        r.CopyTo(compact[(NumberLength - r.Length)..]);
        s.CopyTo(compact[^s.Length..]);
        Span<byte> digest = stackalloc byte[Secp256k1.DigestLength];
        SHA256.HashData(message, digest);
        return Secp256k1.Verify(publicKey, digest, compact);
    }
}

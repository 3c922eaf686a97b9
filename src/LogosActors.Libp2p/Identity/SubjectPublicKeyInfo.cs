using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>RSA and ECDSA keys as SubjectPublicKeyInfo in DER (RFC 5280 §4.1), which are only verified with.</summary>
/// <remarks>A key has one form here, as a second one would give its holder a second peer id: DER, a named curve, an uncompressed point.</remarks>
internal static class SubjectPublicKeyInfo
{
    // RFC 8017 §A.1; RFC 5480 §2.1.1.
    const string Rsa = "1.2.840.113549.1.1.1", EllipticCurve = "1.2.840.10045.2.1";

    // SEC 1 §2.3.3.
    const byte Uncompressed = 4;

    /// <summary>Checks an RSA key.</summary>
    /// <returns><see cref="DecodeError.LimitExceeded"/> for a modulus of another length than is allowed, <see cref="DecodeError.InvalidValue"/> for what is no RSA key.</returns>
    public static DecodeError CheckRsa(ReadOnlySpan<byte> der)
    {
        var error = TryReadRsa(der, out var parameters);
        return error is DecodeError.None && !IsImported(() => RSA.Create(parameters)) ? DecodeError.InvalidValue : error;
    }

    /// <summary>Checks an ECDSA key.</summary>
    /// <returns><see cref="DecodeError.Unsupported"/> for another curve than P-256, P-384 and P-521, <see cref="DecodeError.InvalidValue"/> for what is no ECDSA key.</returns>
    public static DecodeError CheckEcdsa(ReadOnlySpan<byte> der)
    {
        var error = TryReadEcdsa(der, out var parameters);
        return error is DecodeError.None && !IsImported(() => ECDsa.Create(parameters)) ? DecodeError.InvalidValue : error;
    }

    /// <summary>Whether a signature of PKCS #1 v1.5 with SHA-256 was made with the private half of a key that <see cref="CheckRsa"/> accepts.</summary>
    public static bool VerifyRsa(ReadOnlySpan<byte> der, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        _ = TryReadRsa(der, out var parameters);
        using var key = RSA.Create(parameters);
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Whether a signature in DER over SHA-256 was made with the private half of a key that <see cref="CheckEcdsa"/> accepts.</summary>
    public static bool VerifyEcdsa(ReadOnlySpan<byte> der, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        _ = TryReadEcdsa(der, out var parameters);
        using var key = ECDsa.Create(parameters);
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    static DecodeError TryReadRsa(ReadOnlySpan<byte> der, out RSAParameters parameters)
    {
        parameters = default;
        try
        {
            var algorithm = Open(der, Rsa, out var bits);
            algorithm.ReadNull();
            algorithm.ThrowIfNotEmpty();
            var outer = new AsnReader(bits, AsnEncodingRules.DER);
            var key = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var (modulus, exponent) = (key.ReadInteger(), key.ReadInteger());
            key.ThrowIfNotEmpty();
            if (modulus.Sign <= 0 || modulus.IsEven || exponent.IsEven || exponent < 3)
                return DecodeError.InvalidValue;
            // crypto/rsa of Go, which go-libp2p verifies with, has the same limit; without one a verification may take as long as a signature.
            if (modulus.GetBitLength() is < PublicKey.MinRsaBits or > PublicKey.MaxRsaBits || exponent > int.MaxValue)
                return DecodeError.LimitExceeded;
            parameters = new() { Modulus = ToBytes(modulus), Exponent = ToBytes(exponent) };
            return DecodeError.None;
        }
        catch (AsnContentException)
        {
            return DecodeError.InvalidValue;
        }
    }

    static DecodeError TryReadEcdsa(ReadOnlySpan<byte> der, out ECParameters parameters)
    {
        parameters = default;
        try
        {
            var algorithm = Open(der, EllipticCurve, out var point);
            if (!algorithm.HasData || algorithm.PeekTag() != Asn1Tag.ObjectIdentifier)
                return DecodeError.Unsupported;
            var curve = algorithm.ReadObjectIdentifier();
            algorithm.ThrowIfNotEmpty();
            // SEC 2 §2.4.2, §2.5.1, §2.6.1: P-256, P-384, P-521, and the bytes of a coordinate.
            var coordinate = curve switch { "1.2.840.10045.3.1.7" => 32, "1.3.132.0.34" => 48, "1.3.132.0.35" => 66, _ => 0 };
            if (coordinate == 0)
                return DecodeError.Unsupported;
            // The point at infinity, which anyone can sign for, is a single zero.
            if (point.Length != 1 + (2 * coordinate) || point[0] != Uncompressed)
                return DecodeError.InvalidValue;
            parameters = new()
            {
                Curve = ECCurve.CreateFromValue(curve),
                Q = new() { X = point[1..(1 + coordinate)], Y = point[(1 + coordinate)..] },
            };
            return DecodeError.None;
        }
        catch (AsnContentException)
        {
            return DecodeError.InvalidValue;
        }
    }

    /// <summary>Opens a key of an algorithm.</summary>
    /// <returns>The parameters of the algorithm.</returns>
    /// <exception cref="AsnContentException">It is no key of the algorithm in DER.</exception>
    static AsnReader Open(ReadOnlySpan<byte> der, string algorithm, out byte[] key)
    {
        var outer = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var identifier = info.ReadSequence();
        if (identifier.ReadObjectIdentifier() != algorithm)
            throw new AsnContentException("The key is of another algorithm.");
        key = info.ReadBitString(out var unused);
        info.ThrowIfNotEmpty();
        return unused == 0 ? identifier : throw new AsnContentException("A key is whole bytes.");
    }

    static byte[] ToBytes(BigInteger number) => number.ToByteArray(isUnsigned: true, isBigEndian: true);

    static bool IsImported(Func<AsymmetricAlgorithm> import)
    {
        try
        {
            import().Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            // The platform checks whether a point is on its curve.
            return false;
        }
    }
}

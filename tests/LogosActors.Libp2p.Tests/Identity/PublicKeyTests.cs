using System.Formats.Asn1;
using System.Security.Cryptography;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Fuzzing;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Identity;

public sealed class PublicKeyTests
{
    static PublicKey Decode(string hex) => PublicKey.TryDecode(Hex(hex), out var key, out var error) ? key : throw new InvalidOperationException($"{error}");

    static PublicKey Import(KeyType type, byte[] data) =>
        PublicKey.TryImport(type, data, out var key, out var error) ? key : throw new InvalidOperationException($"{error}");

    static DecodeError ErrorOf(byte[] bytes) => PublicKey.TryDecode(bytes, out _, out var error) ? DecodeError.None : error;

    static byte[] Flipped(byte[] bytes, int bit)
    {
        var copy = (byte[])bytes.Clone();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    [Theory]
    [InlineData(Ed25519Public, KeyType.Ed25519)]
    [InlineData(Secp256k1Public, KeyType.Secp256k1)]
    [InlineData(EcdsaPublic, KeyType.Ecdsa)]
    [InlineData(RsaPublic, KeyType.Rsa)]
    public void A_published_key_is_read_and_written_the_same(string hex, KeyType type)
    {
        var key = Decode(hex);
        Assert.Equal(type, key.Type);
        Assert.Equal(hex, Convert.ToHexStringLower(key.Encode()));
        Assert.Equal(hex.Length / 2, key.EncodedLength);
        Assert.Equal(Decode(hex), key);
        Assert.Equal(Decode(hex).GetHashCode(), key.GetHashCode());
    }

    [Fact]
    public void Field_order_and_unknown_fields_do_not_change_what_is_written()
    {
        var data = Hex(Ed25519Public)[2..];
        byte[] reordered = [.. data, 0x08, 0x01, 0x18, 0x05];
        Assert.True(PublicKey.TryDecode(reordered, out var key, out _));
        Assert.Equal(Hex(Ed25519Public), key.Encode());
    }

    [Theory]
    [InlineData(Ed25519Public, Ed25519Signature)]
    [InlineData(Secp256k1Public, Secp256k1Signature)]
    [InlineData(RsaPublic, RsaSignature)]
    public void A_signature_of_js_libp2p_verifies_and_a_changed_bit_anywhere_does_not(string keyHex, string signatureHex)
    {
        var (key, signature) = (Decode(keyHex), Hex(signatureHex));
        Assert.True(key.Verify(Message, signature));
        Assert.All(Enumerable.Range(0, Message.Length * 8), bit => Assert.False(key.Verify(Flipped(Message, bit), signature)));
        Assert.All(Enumerable.Range(0, Math.Min(signature.Length * 8, 600)), bit => Assert.False(key.Verify(Message, Flipped(signature, bit))));
        Assert.False(key.Verify(Message, []));
        Assert.False(key.Verify(Message, signature.AsSpan(1)));
        Assert.False(key.Verify(Message, [.. signature, 0]));
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void A_der_signature_on_a_nist_curve_verifies(string curve)
    {
        using var theirs = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var signature = theirs.SignData(Message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var key = Import(KeyType.Ecdsa, theirs.ExportSubjectPublicKeyInfo());
        Assert.True(key.Verify(Message, signature));
        Assert.False(key.Verify([.. Message, 0], signature));
    }

    [Theory]
    [InlineData(1024, DecodeError.LimitExceeded)]
    [InlineData(2048, DecodeError.None)]
    public void An_rsa_key_shorter_than_go_libp2p_allows_is_refused(int bits, DecodeError expected)
    {
        using var theirs = RSA.Create(bits);
        PublicKey.TryImport(KeyType.Rsa, theirs.ExportSubjectPublicKeyInfo(), out _, out var error);
        Assert.Equal(expected, error);
    }

    // Go's crypto/rsa, which go-libp2p verifies with, takes odd exponents from 3 to 2^31 − 1.
    [Theory]
    [InlineData("03", 1, DecodeError.None)]
    [InlineData("010001", 1, DecodeError.None)]
    [InlineData("7fffffff", 1, DecodeError.None)]
    [InlineData("0080000001", 1, DecodeError.LimitExceeded)]
    [InlineData("01", 1, DecodeError.InvalidValue)]
    [InlineData("04", 1, DecodeError.InvalidValue)]
    [InlineData("ff", 1, DecodeError.InvalidValue)]
    [InlineData("010001", 0, DecodeError.InvalidValue)]
    public void An_rsa_key_whose_numbers_are_out_of_their_range_is_refused(string exponent, byte lastOfModulus, DecodeError expected)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }
            var key = new AsnWriter(AsnEncodingRules.DER);
            using (key.PushSequence())
            {
                key.WriteIntegerUnsigned([0x80, .. new byte[254], lastOfModulus]);
                key.WriteInteger(Hex(exponent));
            }
            writer.WriteBitString(key.Encode());
        }

        PublicKey.TryImport(KeyType.Rsa, writer.Encode(), out var imported, out var error);

        Assert.Equal(expected, error);
        Assert.NotEqual(true, imported?.Verify(Message, new byte[256]));
    }

    [Fact]
    public void A_key_of_another_algorithm_than_it_says_is_refused()
    {
        Assert.False(PublicKey.TryImport(KeyType.Rsa, Hex(EcdsaPublic).AsSpan(4), out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, Hex(RsaPublic).AsSpan(5), out _, out error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    [Fact]
    public void A_point_that_is_not_on_the_nist_curve_is_refused()
    {
        var data = Hex(EcdsaPublic)[4..];
        data[^1] ^= 1;

        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, data, out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    [Fact]
    public void Another_curve_than_the_three_is_unsupported()
    {
        using var theirs = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, theirs.ExportSubjectPublicKeyInfo(), out _, out var error));
        Assert.Equal(DecodeError.Unsupported, error);
    }

    [Fact]
    public void An_uncompressed_secp256k1_key_would_be_a_second_identity_and_is_refused()
    {
        using var theirs = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        var point = theirs.ExportSubjectPublicKeyInfo()[^65..];
        Assert.False(PublicKey.TryImport(KeyType.Secp256k1, point, out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
        Assert.True(PublicKey.TryImport(KeyType.Secp256k1, [(byte)(2 | (point[64] & 1)), .. point.AsSpan(1, 32)], out _, out _));
    }

    [Theory]
    [InlineData("", DecodeError.MissingField)]
    [InlineData("0801", DecodeError.MissingField)]
    [InlineData("1200", DecodeError.MissingField)]
    [InlineData("08041200", DecodeError.Unsupported)]
    [InlineData("08ffffffffffffffffff011200", DecodeError.Unsupported)]
    [InlineData("08ffffffff0f1200", DecodeError.Overflow)]
    [InlineData("08011200", DecodeError.InvalidValue)]
    [InlineData("0801121f1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce2", DecodeError.InvalidValue)]
    [InlineData("0801122000", DecodeError.Truncated)]
    [InlineData("0802122105777777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca", DecodeError.InvalidValue)]
    [InlineData("080012083006030200000000", DecodeError.InvalidValue)]
    [InlineData("08031202aabb", DecodeError.InvalidValue)]
    public void What_is_no_key_is_refused_by_name(string hex, DecodeError expected) => Assert.Equal(expected, ErrorOf(Hex(hex)));

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_refused()
    {
        // x = 5 has no y on secp256k1.
        byte[] data = [2, .. new byte[31], 5];
        Assert.False(PublicKey.TryImport(KeyType.Secp256k1, data, out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    [Fact]
    public void Data_over_the_limit_are_refused_before_they_are_looked_at()
    {
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf([0x08, 0x00, 0x12, 0xb1, 0x09, .. new byte[1201]]));
        Assert.False(PublicKey.TryImport(KeyType.Rsa, new byte[1201], out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    [Fact]
    public void Der_in_any_form_but_the_one_is_refused()
    {
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, [.. Hex(EcdsaPublic)[4..], 0], out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
        byte[] longLength = [0x30, 0x81, 0x59, .. Hex(EcdsaPublic)[6..]];
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, longLength, out _, out error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    // The same P-256 key with a compressed point; and the point at infinity, for which anyone can sign.
    [Fact]
    public void A_nist_key_has_an_uncompressed_point()
    {
        var point = Hex(EcdsaPublic)[^65..];
        byte[] compressed = [.. Hex("3039301306072a8648ce3d020106082a8648ce3d030107032200"), (byte)(2 | (point[64] & 1)), .. point.AsSpan(1, 32)];
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, compressed, out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
        Assert.False(PublicKey.TryImport(KeyType.Ecdsa, Hex("3019301306072a8648ce3d020106082a8648ce3d03010703020000"), out _, out error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    [Fact]
    public void Any_bytes_are_a_key_that_is_written_back_or_an_error() => Mutations.Check(
        bytes => PublicKey.TryDecode(bytes, out var key, out var error)
            ? PublicKey.TryDecode(key.Encode(), out var again, out _) && again.Equals(key) && !key.Verify(bytes, bytes)
            : error is not DecodeError.None && key is null,
        Hex(Ed25519Public), Hex(Secp256k1Public), Hex(EcdsaPublic), Hex(RsaPublic));

    [Fact]
    public void Any_bytes_as_a_signature_are_refused()
    {
        foreach (var (publicKey, signature) in new[] { (Ed25519Public, Ed25519Signature), (Secp256k1Public, Secp256k1Signature), (RsaPublic, RsaSignature) })
        {
            var (key, valid) = (Decode(publicKey), Hex(signature));
            Mutations.Check(bytes => key.Verify(Message, bytes) == bytes.AsSpan().SequenceEqual(valid), valid);
        }
    }
}

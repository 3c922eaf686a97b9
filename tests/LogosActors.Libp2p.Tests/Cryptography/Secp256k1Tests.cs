using System.Globalization;
using System.Numerics;
using LogosActors.Libp2p.Cryptography;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Cryptography;

public sealed class Secp256k1Tests
{
    static readonly BigInteger Order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", NumberStyles.HexNumber);

    static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    static byte[] Mirrored(ReadOnlySpan<byte> signature)
    {
        Assert.True(EcdsaSignature.TryRead(signature, out var r, out var s));
        return EcdsaSignature.Write(r, (Order - Number(s)).ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    static EvpKey PublicKey => Secp256k1.ImportPublicKey(Hex(Secp256k1Public).AsSpan(4))!;

    [Fact]
    public void The_other_signature_with_a_high_s_is_refused_though_openssl_takes_it()
    {
        using var key = PublicKey;
        var high = Mirrored(Hex(Secp256k1Signature));
        Assert.True(key.Verify("SHA256"u8, Message, high));
        Assert.False(Secp256k1.Verify(key, Message, high));
        Assert.True(Secp256k1.Verify(key, Message, Mirrored(high)));
    }

    // Half of OpenSSL's own signatures have a high S: in 64 the chance to see none is 2^-64.
    [Fact]
    public void Every_signature_has_a_low_s_and_verifies()
    {
        using var privateKey = Secp256k1.ImportPrivateKey(Hex(Secp256k1Private).AsSpan(4));
        using var key = PublicKey;
        for (byte i = 0; i < 64; i++)
        {
            var signature = Secp256k1.Sign(privateKey, [i]);
            Assert.True(EcdsaSignature.TryRead(signature, out _, out var s));
            Assert.True(Number(s) <= Order >> 1);
            Assert.True(Secp256k1.Verify(key, [i], signature));
        }
    }

    [Theory]
    [InlineData("3006020101020101", true)]
    [InlineData("300702020080020101", true)]
    [InlineData("3006020100020101", false)] // zero
    [InlineData("3006020180020101", false)] // negative
    [InlineData("300702020001020101", false)] // padded
    [InlineData("300602010102010100", false)] // trailing
    [InlineData("308106020101020101", false)] // long form of a length
    [InlineData("3005020101020101", false)]
    [InlineData("3006020101030101", false)]
    [InlineData("30060201010201", false)]
    [InlineData("3006020101020201", false)]
    [InlineData("", false)]
    public void Only_strict_der_is_read(string hex, bool expected)
    {
        Assert.Equal(expected, EcdsaSignature.TryRead(Hex(hex), out var r, out var s));
        if (expected)
            Assert.Equal(hex, Convert.ToHexStringLower(EcdsaSignature.Write(r, s)));
    }
}

using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Fuzzing;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Identity;

public sealed class PrivateKeyTests
{
    // js-libp2p, fixtures of its tests: the older form, with the public key twice.
    const string OldForm = "08011260c9d0016eb010e62542b895fc4e38ce8802267698e2c575c836bd9cdab8077639"
        + "e931dd61a49ef18149a6e1ffc1761654370ff9a8e1b4c6bf0e4bbbf3965be825e931dd61a49ef18149a6e1ffc1761654370ff9a8e1b4c6bf0e4bbbf3965be825";

    // RFC 8032 §7.1, tests 1 – 3: private key, public key, message, signature.
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Ed25519_signs_as_the_RFC_has_it(string secret, string publicKey, string message, string signature)
    {
        using var key = Decode("08011240" + secret + publicKey);
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(Hex(message))));
        Assert.True(key.PublicKey.Verify(Hex(message), Hex(signature)));
    }

    static PrivateKey Decode(string hex) => PrivateKey.TryDecode(Hex(hex), out var key, out var error) ? key : throw new InvalidOperationException($"{error}");

    [Theory]
    [InlineData(Ed25519Private, Ed25519Public)]
    [InlineData(Secp256k1Private, Secp256k1Public)]
    public void A_published_key_has_its_public_half_and_is_written_the_same(string privateHex, string publicHex)
    {
        using var key = Decode(privateHex);
        Assert.Equal(publicHex, Convert.ToHexStringLower(key.PublicKey.Encode()));
        Assert.Equal(privateHex, Convert.ToHexStringLower(key.Encode()));
        Assert.True(key.PublicKey.Verify(Message, key.Sign(Message)));
    }

    [Fact]
    public void An_ed25519_key_in_the_older_form_is_read_and_written_in_the_newer()
    {
        using var key = Decode(OldForm);
        Assert.Equal("08011240" + OldForm[8..136], Convert.ToHexStringLower(key.Encode()));
        Assert.Equal("07e6afa4e43a4ed03ef3498e53c3b0d9a63e29a5a8a44bb3a3566620125496ed27cfd51486ed3229b0b7e58526ff2ae444ba640eaf9cf3767d7d78d47c67fc0c",
            Convert.ToHexStringLower(key.Sign("hello! and welcome to some awesome crypto primitives"u8)));
    }

    [Theory]
    [InlineData(20, "the public key")]
    [InlineData(67, "its repetition")]
    public void A_public_half_that_does_not_belong_is_refused(int at, string what)
    {
        var bytes = Hex(OldForm);
        bytes[at + 20] ^= 1;
        Assert.False(PrivateKey.TryDecode(bytes, out var key, out var error), what);
        Assert.Equal((null, DecodeError.InvalidValue), (key, error));
    }

    [Theory]
    [InlineData("08021220" + "0000000000000000000000000000000000000000000000000000000000000000", DecodeError.InvalidValue)]
    [InlineData("08021220" + "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", DecodeError.InvalidValue)]
    [InlineData("08021220" + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", DecodeError.InvalidValue)]
    [InlineData("08021220" + "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", DecodeError.None)]
    [InlineData("08021220" + "0000000000000000000000000000000000000000000000000000000000000001", DecodeError.None)]
    [InlineData("0802121f" + "53dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8", DecodeError.InvalidValue)]
    [InlineData("08011220" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", DecodeError.InvalidValue)]
    [InlineData("08001200", DecodeError.Unsupported)]
    [InlineData("08031200", DecodeError.Unsupported)]
    [InlineData("08071200", DecodeError.Unsupported)]
    [InlineData("", DecodeError.MissingField)]
    [InlineData("08021221", DecodeError.Truncated)]
    public void Only_a_key_of_a_type_that_signs_is_read(string hex, DecodeError expected)
    {
        Assert.Equal(expected is DecodeError.None, PrivateKey.TryDecode(Hex(hex), out var key, out var error));
        Assert.Equal(expected, error);
        key?.Dispose();
    }

    // SEC 2 §2.4.1: the public key of 1 is the base point; that of n − 1 its mirror.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "02")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "03")]
    public void The_ends_of_the_range_give_the_base_point_and_its_mirror(string scalar, string parity)
    {
        using var key = Decode("08021220" + scalar);
        Assert.Equal(parity + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", Convert.ToHexStringLower(key.PublicKey.Data));
    }

    [Theory]
    [InlineData(KeyType.Ed25519)]
    [InlineData(KeyType.Secp256k1)]
    public void A_fresh_key_signs_any_message_and_survives_its_encoding(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        using var other = PrivateKey.Generate(type);
        using var copy = Decode(Convert.ToHexString(key.Encode()));
        Assert.NotEqual(other.PublicKey, key.PublicKey);
        Prop.ForAll<byte[]>(message =>
        {
            var signature = copy.Sign(message);
            return key.PublicKey.Verify(message, signature)
                && !other.PublicKey.Verify(message, signature)
                && !key.PublicKey.Verify([.. message, 1], signature);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Theory]
    [InlineData(KeyType.Rsa)]
    [InlineData(KeyType.Ecdsa)]
    public void A_type_that_is_only_verified_cannot_be_generated(KeyType type) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.Generate(type));

    [Fact]
    public void A_disposed_key_neither_signs_nor_shows_itself_and_its_public_half_stays()
    {
        foreach (var type in new[] { KeyType.Ed25519, KeyType.Secp256k1 })
        {
            var key = PrivateKey.Generate(type);
            var signature = key.Sign(Message);
            key.Dispose();
            Assert.Throws<ObjectDisposedException>(() => key.Sign(Message));
            Assert.Throws<ObjectDisposedException>(() => key.Encode());
            Assert.True(key.PublicKey.Verify(Message, signature));
        }
    }

    [Fact]
    public void Any_bytes_are_a_key_or_an_error() => Mutations.Check(
        bytes =>
        {
            if (!PrivateKey.TryDecode(bytes, out var key, out var error))
                return error is not DecodeError.None && key is null;
            using (key)
                return PrivateKey.TryDecode(key.Encode(), out var again, out _) && again.PublicKey.Equals(key.PublicKey);
        },
        Hex(Ed25519Private), Hex(OldForm), Hex(Secp256k1Private));
}

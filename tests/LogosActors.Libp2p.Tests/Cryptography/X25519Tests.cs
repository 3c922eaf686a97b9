using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Tests.Cryptography;

public sealed class X25519Tests
{
    static byte[] Hex(string hex) => Convert.FromHexString(hex);

    static string? Agree(string privateKey, string publicKey)
    {
        using var pair = X25519.FromPrivateKey(Hex(privateKey));
        var secret = new byte[X25519.KeyLength];
        return pair.TryAgree(Hex(publicKey), secret) ? Convert.ToHexStringLower(secret) : null;
    }

    // RFC 7748 §5.2
    [Theory]
    [InlineData("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void The_published_scalars_and_points_multiply(string scalar, string point, string product) =>
        Assert.Equal(product, Agree(scalar, point));

    // RFC 7748 §6.1
    [Fact]
    public void Alice_and_Bob_of_the_RFC_agree()
    {
        using var alice = X25519.FromPrivateKey(Hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        using var bob = X25519.FromPrivateKey(Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alice.PublicKey));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bob.PublicKey));
        var (one, other) = (new byte[32], new byte[32]);
        Assert.True(alice.TryAgree(bob.PublicKey, one));
        Assert.True(bob.TryAgree(alice.PublicKey, other));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(one));
        Assert.Equal(one, other);
    }

    // RFC 7748 §5.2, the iterated test: k and u begin as the base point, and take turns.
    [Fact]
    public void A_thousand_iterations_end_in_the_published_value()
    {
        var (scalar, point) = (new byte[32], new byte[32]);
        scalar[0] = point[0] = 9;
        for (var i = 0; i < 1000; i++)
        {
            using var pair = X25519.FromPrivateKey(scalar);
            var product = new byte[32];
            Assert.True(pair.TryAgree(point, product));
            (scalar, point) = (product, scalar);
        }
        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Convert.ToHexStringLower(scalar));
    }

    // The points of order 1, 2, 4 and 8, and their other encodings (cr.yp.to/ecdh.html#validate).
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_of_low_order_gives_no_secret_and_a_cleared_buffer(string point)
    {
        using var pair = X25519.Generate();
        var secret = Enumerable.Repeat((byte)7, X25519.KeyLength).ToArray();
        Assert.False(pair.TryAgree(Hex(point), secret));
        Assert.Equal(new byte[X25519.KeyLength], secret);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_public_key_of_another_length_gives_no_secret_and_a_cleared_buffer(int length)
    {
        using var pair = X25519.Generate();
        var secret = Enumerable.Repeat((byte)7, X25519.KeyLength).ToArray();
        Assert.False(pair.TryAgree(new byte[length], secret));
        Assert.Equal(new byte[X25519.KeyLength], secret);
    }

    [Fact]
    public void Fresh_pairs_differ_and_agree()
    {
        using var one = X25519.Generate();
        using var other = X25519.Generate();
        Assert.NotEqual(one.PublicKey.ToArray(), other.PublicKey.ToArray());
        var (first, second) = (new byte[32], new byte[32]);
        Assert.True(one.TryAgree(other.PublicKey, first));
        Assert.True(other.TryAgree(one.PublicKey, second));
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_disposed_pair_agrees_no_more()
    {
        var pair = X25519.Generate();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.TryAgree([9, .. new byte[31]], new byte[X25519.KeyLength]));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_private_key_of_another_length_is_the_callers_mistake(int length) =>
        Assert.Throws<ArgumentException>(() => X25519.FromPrivateKey(new byte[length]));
}

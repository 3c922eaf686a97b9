using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Tests.Cryptography;

public sealed class Sha256Tests
{
    // RFC 4231 §4.2, §4.3
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("4a656665", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    public void The_published_messages_have_the_published_codes(string key, string message, string code)
    {
        using var sha256 = new Sha256();
        var result = new byte[Sha256.HashSize];

        sha256.Hmac(Convert.FromHexString(key), System.Text.Encoding.ASCII.GetBytes(message), result);

        Assert.Equal(code, Convert.ToHexStringLower(result));
    }

    [Fact]
    public void One_context_gives_what_the_platform_gives_for_inputs_of_every_length()
    {
        using var sha256 = new Sha256();
        var bytes = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        var result = new byte[Sha256.HashSize];
        for (var length = 0; length < bytes.Length; length++)
        {
            var input = bytes.AsSpan(0, length);
            sha256.Hash(input[..(length / 3)], input[(length / 3)..], result);
            Assert.Equal(SHA256.HashData(input), result);
            sha256.Hmac(input[..Math.Min(length, Sha256.BlockSize)], input, result);
            Assert.Equal(HMACSHA256.HashData(input[..Math.Min(length, Sha256.BlockSize)], input), result);
        }
    }

    [Fact]
    public void Messages_are_hashed_on_many_threads_as_the_platform_hashes_them()
    {
        var bytes = Enumerable.Range(0, 3000).Select(i => (byte)(i * 7)).ToArray();
        Parallel.For(0, bytes.Length, length =>
        {
            var result = new byte[Sha256.HashSize];
            Sha256.HashMessage(bytes.AsSpan(0, length), result);
            Assert.Equal(SHA256.HashData(bytes.AsSpan(0, length)), result);
        });
    }

    [Fact]
    public void A_hash_may_take_the_place_of_its_input()
    {
        using var sha256 = new Sha256();
        var bytes = Enumerable.Range(0, Sha256.HashSize).Select(i => (byte)i).ToArray();
        var expected = SHA256.HashData([.. bytes, 1]);

        sha256.Hash(bytes, [1], bytes);

        Assert.Equal(expected, bytes);
    }
}

using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Tests.Cryptography;

public sealed class Keccak256Tests
{
    [Theory]
    // The Keccak team's KAT (ShortMsgKAT_256, lengths 0, 8 and 16 bits), and hashes that Ethereum made well known.
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("cc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a")]
    [InlineData("41fb", "a8eaceda4d47b3281a795ad9e1ea2122b407baf9aabcb9e18b5717b7873537d2")]
    [InlineData("616263", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("5472616e7366657228616464726573732c616464726573732c75696e7432353629", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    public void Published_hashes_come_out(string message, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Keccak256.Hash(Convert.FromHexString(message))));

    [Fact]
    public void Text_of_more_than_one_block_hashes_as_published() =>
        // The vector of the Keccak and SHA-3 families with 896 bits, and the one with a million times the letter a.
        Assert.Equal(
            ("f519747ed599024f3882238e5ab43960132572b7345fbeb9a90769dafd21ad67", "fadae6b49f129bbb812be8407b7b2894f34aecf6dbd1f9b0f0c7e9853098fc96"),
            (Hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
             Hash(new string('a', 1_000_000))));

    [Fact]
    public void Hashing_in_parts_of_any_length_gives_the_hash_of_the_whole()
    {
        var random = new Random(1);
        var bytes = new byte[1000];
        random.NextBytes(bytes);
        for (var length = 0; length < bytes.Length; length++)
        {
            var hash = default(Keccak256);
            for (var at = 0; at < length;)
            {
                var part = Math.Min(random.Next(0, 300), length - at);
                hash.Append(bytes.AsSpan(at, part));
                at += part;
            }
            var result = new byte[Keccak256.Length];
            hash.Finish(result);
            Assert.Equal(Keccak256.Hash(bytes.AsSpan(0, length)), result);
        }
    }

    [Fact]
    public void After_it_is_finished_a_hash_begins_again()
    {
        var hash = default(Keccak256);
        hash.Append("abc"u8);
        var (first, second) = (new byte[Keccak256.Length], new byte[Keccak256.Length]);
        hash.Finish(first);
        hash.Finish(second);
        Assert.Equal((Keccak256.Hash("abc"u8), Keccak256.Hash([])), (first, second), HashesAreEqual);
    }

    static bool HashesAreEqual((byte[] First, byte[] Second) left, (byte[] First, byte[] Second) right) =>
        left.First.AsSpan().SequenceEqual(right.First) && left.Second.AsSpan().SequenceEqual(right.Second);

    static string Hash(string text) => Convert.ToHexStringLower(Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(text)));
}

using System.Security.Cryptography;
using LogosActors.Channels.Segmentation;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Segmentation;

public sealed class ReedSolomonTests(ITestOutputHelper output)
{
    // SHA-256 over the parity shards that Leopard-RS (leo_encode, its master branch) makes of LeopardData.
    [Theory]
    [InlineData(2, 1, "847ed7d798696ebef3d257346c04de6cea0de26de1032fcfe969f0676528ab10")]
    [InlineData(2, 2, "fda12af07ae74fe49fe5e8879895836b49f267e06356925849cd8be8be3af986")]
    [InlineData(3, 2, "a412651949c78b094c40468dcdf08c980a7eab1e8857665dcb78160ca4e81e73")]
    [InlineData(5, 3, "5e0bba5de2267a9058c0af100c60913ec9e48a17c5a26aee4c44d0ea08f65c50")]
    [InlineData(11, 2, "91619e2042f6701a9042dcc8f4f5e26b39811cad6814b0d1603b617ce3ab78f8")]
    [InlineData(32, 4, "faaeaa8b049d14722da5be9dac0f654bdb2639ba4dcf5d2e9593773a2138d290")]
    [InlineData(200, 25, "2ba0f60efd5816004a01a2c03ac04eb79f75f5c1d5c4a7be633b97c05d758bd4")]
    [InlineData(100, 13, "88923dfb8f7cc79a686d9d77ec33217e2fb0dc6067641b20e8b4d09e7f15641e")]
    [InlineData(128, 128, "587e7c1698663792cdad28d5339464882b07be7b05f0a906e1473f3052e360bf")]
    [InlineData(224, 32, "87e4fdd8e49142ec3eafb6a833a8c36582cb0d06eeb9d37e33dbaaa765ab9aa6")]
    [InlineData(251, 3, "5efec7f1c70e449f3c5447583424ffad3a9070282ccc1d8f3474b42a4ae61915")]
    public void Parity_is_that_of_Leopard(int dataCount, int parityCount, string hash)
    {
        var parity = Encode(LeopardData(dataCount, parityCount), parityCount, 64);
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(parity.SelectMany(shard => shard).ToArray())));
    }

    [Fact]
    public void Any_loss_of_as_many_shards_as_there_is_parity_is_rebuilt()
    {
        var random = Seeded();
        for (var round = 0; round < 300; round++)
        {
            var (data, parity) = Any(random);
            var lost = random.Next(0, parity.Length + 1);
            var order = Enumerable.Range(0, data.Length + parity.Length).ToArray();
            random.Shuffle(order);
            var gone = order[..lost].ToHashSet();
            var error = ReedSolomon.Rebuild(
                [.. data.Select((shard, i) => gone.Contains(i) ? null : (ReadOnlyMemory<byte>?)shard)],
                [.. parity.Select((shard, i) => gone.Contains(data.Length + i) ? null : (ReadOnlyMemory<byte>?)shard)],
                out var rebuilt);
            Assert.Equal(ReedSolomonError.None, error);
            for (var i = 0; i < data.Length; i++)
            {
                Assert.Equal(gone.Contains(i), rebuilt[i] is not null);
                if (rebuilt[i] is { } shard)
                    Assert.Equal([.. data[i], .. new byte[shard.Length - data[i].Length]], shard);
            }
        }
    }

    [Fact]
    public void One_more_loss_than_there_is_parity_is_refused()
    {
        var random = Seeded();
        for (var round = 0; round < 50; round++)
        {
            var (data, parity) = Any(random);
            var kept = random.Next(0, parity.Length);
            Assert.Equal(ReedSolomonError.TooFewShards, ReedSolomon.Rebuild(
                [.. data.Select((shard, i) => i <= kept ? null : (ReadOnlyMemory<byte>?)shard)],
                [.. parity.Select((shard, i) => i < kept ? (ReadOnlyMemory<byte>?)shard : null)],
                out var rebuilt));
            Assert.Empty(rebuilt);
        }
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(2, 3, false)]
    [InlineData(128, 128, true)]
    [InlineData(224, 32, true)]
    [InlineData(225, 29, false)]
    [InlineData(255, 1, true)]
    [InlineData(256, 1, false)]
    [InlineData(252, 3, true)]
    [InlineData(253, 3, false)]
    public void The_code_has_as_many_shards_as_Leopard_has_in_the_field_of_bytes(int dataCount, int parityCount, bool fits)
    {
        Assert.Equal(fits, ReedSolomon.Fits(dataCount, parityCount));
        if (!fits)
            Assert.Equal(ReedSolomonError.InvalidCounts, ReedSolomon.Rebuild(new ReadOnlyMemory<byte>?[dataCount], new ReadOnlyMemory<byte>?[parityCount], out _));
    }

    [Fact]
    public void Shards_of_unequal_length_are_refused()
    {
        Assert.Equal(ReedSolomonError.InvalidLength, ReedSolomon.Rebuild([new byte[65], null], [new byte[64]], out _));
        Assert.Equal(ReedSolomonError.InvalidLength, ReedSolomon.Rebuild([null, null], [new byte[64], new byte[128]], out _));
    }

    [Fact]
    public void Every_width_of_vector_gives_the_same_products()
    {
        var source = new byte[256];
        for (var i = 0; i < source.Length; i++)
            source[i] = (byte)i;
        for (var factor = 0; factor < 256; factor++)
        {
            var expected = source.Select(value => GaloisField.Multiply((byte)factor, value)).ToArray();
            foreach (var length in new[] { 256, 255, 79, 47, 17, 3 })
            {
                var whole = new byte[length];
                GaloisField.MultiplyAdd((byte)factor, source.AsSpan(0, length), whole);
                Assert.Equal(expected[..length], whole);
            }
            Assert.All(Widths(expected, source), products => Assert.Equal(expected, products));
        }
    }

    static IEnumerable<byte[]> Widths(byte[] expected, byte[] source)
    {
        var low = System.Runtime.Intrinsics.Vector128.Create(expected.AsSpan(0, 16));
        var high = System.Runtime.Intrinsics.Vector128.Create([.. Enumerable.Range(0, 16).Select(i => expected[16 * i])]);
        var products = new byte[source.Length];
        Assert.Equal(source.Length, GaloisField.MultiplyAdd128(low, high, source, products));
        yield return products;
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            yield break;
        products = new byte[source.Length];
        Assert.Equal(source.Length, GaloisField.MultiplyAdd256(low, high, source, products));
        yield return products;
    }

    static (byte[][] Data, byte[][] Parity) Any(Random random)
    {
        var parityCount = random.Next(1, random.Next(2, 40));
        var dataCount = random.Next(parityCount, 257 - (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)parityCount));
        if (random.Next(4) > 0)
            dataCount = Math.Min(dataCount, parityCount + random.Next(12));
        var length = random.Next(1, 300);
        var data = new byte[dataCount][];
        for (var i = 0; i < dataCount; i++)
        {
            data[i] = new byte[i == dataCount - 1 ? random.Next(0, length + 1) : length];
            random.NextBytes(data[i]);
        }
        return (data, Encode(data, parityCount, length));
    }

    static byte[][] Encode(byte[][] data, int parityCount, int length)
    {
        var parity = Enumerable.Range(0, parityCount).Select(_ => new byte[length]).ToArray();
        ReedSolomon.Encode([.. data.Select(shard => (ReadOnlyMemory<byte>)shard)], [.. parity.Select(shard => shard.AsMemory())]);
        return parity;
    }

    static byte[][] LeopardData(int dataCount, int parityCount)
    {
        var state = (uint)((dataCount * 1000) + parityCount);
        var data = new byte[dataCount][];
        foreach (ref var shard in data.AsSpan())
        {
            shard = new byte[64];
            foreach (ref var value in shard.AsSpan())
            {
                state = (state * 1664525) + 1013904223;
                value = (byte)(state >> 24);
            }
        }
        return data;
    }

    Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}

using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Bloom;

public sealed class BloomFilterTests
{
    [Theory]
    [InlineData(10_000, 0.001, 10, 150_000, 18_752)]
    [InlineData(100, 0.01, 7, 1000, 128)]
    [InlineData(1, 0.5, 1, 2, 8)]
    [InlineData(64, 0.5, 1, 128, 24)]
    [InlineData(12_000, 0.000001, 20, 348_000, 43_504)]
    public void A_filter_is_as_large_as_js_waku_and_nim_sds_make_it(int capacity, double errorRate, int hashes, int bits, int size)
    {
        var shape = new BloomParameters(capacity, errorRate).ShapeIn(SdsDialect.Nim);
        Assert.Equal((hashes, bits, size), (shape.Hashes, shape.Bits, shape.Size));
    }

    [Theory]
    [InlineData(0, 0.001)]
    [InlineData(-1, 0.001)]
    [InlineData(40_000, 0.001)]
    [InlineData(int.MaxValue, 0.001)]
    [InlineData(100, 0)]
    [InlineData(100, 0.0000001)]
    [InlineData(100, 0.6)]
    [InlineData(100, double.NaN)]
    public void Parameters_out_of_their_range_are_refused(int capacity, double errorRate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BloomParameters(capacity, errorRate));

    [Theory]
    [InlineData(0, 1000, 16)]
    [InlineData(33, 1000, 16)]
    [InlineData(7, 0, 1)]
    [InlineData(7, -1, 1)]
    [InlineData(7, int.MaxValue, 16)]
    [InlineData(7, 64 * 1024 * 8, 8193)]
    [InlineData(7, 1000, 15)]
    [InlineData(7, 1000, 17)]
    [InlineData(7, 1000, 0)]
    public void Bits_that_do_not_go_with_the_shape_make_no_filter(int hashes, int bits, int words) =>
        Assert.False(BloomFilter.TryCreate(new BloomParameters(100, 0.01), new BloomShape(BloomHash.Murmur, hashes, bits), new ulong[words], out _));

    [Fact]
    public void A_filter_of_any_bits_answers_for_any_id()
    {
        var shape = new BloomShape(BloomHash.Farm, 32, 1000);
        Assert.True(BloomFilter.TryCreate(new BloomParameters(100, 0.01), shape, [.. Enumerable.Repeat(ulong.MaxValue, 16)], out var full));
        foreach (var id in new[] { "", "a", "αβγδε", "\ud800", new string('x', 100_000) })
            Assert.True(full.MayContain(BloomKey.Of(id)));
    }
}

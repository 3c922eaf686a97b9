using System.Security.Cryptography;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Tests.Sds.Wire;

public sealed class BloomFilterCodecTests
{
    [Fact]
    public void A_thousand_ids_set_the_bits_that_js_waku_sets() // SHA-256 of DefaultBloomFilter.toBytes of @waku/sds 0.0.8
    {
        var filter = new RollingBloomFilter(BloomParameters.Default);
        for (var i = 0; i < 1000; i++)
            filter.Add(BloomKey.Of($"message {i}"));
        var encoded = Encode(filter.Snapshot(), SdsDialect.Specification);
        Assert.Equal("e217974b5c9ccf3d63edf85310815b73b6992855e922a20ed965b631a824c046", Convert.ToHexStringLower(SHA256.HashData(encoded)));
    }

    [Fact]
    public void A_filter_of_nim_sds_says_itself_what_it_is_made_for()
    {
        Assert.True(BloomFilterCodec.TryDecode(Convert.FromHexString(SdsVectors.NimFilter), SdsDialect.Nim, BloomParameters.Default, out var filter, out _));
        Assert.Equal((10, 0.01, new BloomShape(BloomHash.Farm, 7, 100)), (filter.Parameters.Capacity, filter.Parameters.ErrorRate, filter.Shape));
        Assert.True(filter.MayContain(BloomKey.Of("a1")) && filter.MayContain(BloomKey.Of("b2")));
        Assert.False(filter.MayContain(BloomKey.Of("c3")));
    }

    [Fact]
    public void A_filter_that_nim_sds_has_rolled_over_is_read_though_it_is_larger()
    {
        var larger = new RollingBloomFilter(new BloomParameters(12_000, 0.001), SdsDialect.Nim);
        larger.Add(BloomKey.Of("a1"));
        Assert.True(BloomFilterCodec.TryDecode(Encode(larger.Snapshot(), SdsDialect.Nim), SdsDialect.Nim, BloomParameters.Default, out var filter, out _));
        Assert.Equal(180_000, filter.Shape.Bits);
        Assert.True(filter.MayContain(BloomKey.Of("a1")));
    }

    [Theory]
    [InlineData("", DecodeError.MissingField)]
    [InlineData("0a080000000000000000" + "100a" + "18904e" + "2007", DecodeError.MissingField)]              // no number of bits
    [InlineData("0a080000000000000000" + "100a" + "18904e" + "2007" + "2864", DecodeError.InvalidValue)]     // one word for 100 bits
    [InlineData("0a080000000000000000" + "100a" + "18904e" + "2021" + "2820", DecodeError.InvalidValue)]     // 33 hashes
    [InlineData("0a080000000000000000" + "100a" + "18c0843d" + "2001" + "2820", DecodeError.InvalidValue)]   // an error rate of 1
    [InlineData("0a080000000000000000" + "10ffffffff07" + "18904e" + "2007" + "2820", DecodeError.InvalidValue)]
    [InlineData("0a080000000000000000" + "100a" + "18904e" + "2007" + "28ffffffff0f", DecodeError.InvalidValue)]
    [InlineData("0a080000000000000000" + "10ffffffffff01" + "18904e" + "2007" + "2820", DecodeError.Overflow)]
    [InlineData("0a818004" + "00", DecodeError.LimitExceeded)]
    public void A_filter_of_nim_sds_that_does_not_fit_itself_is_refused(string hex, DecodeError expected)
    {
        Assert.False(BloomFilterCodec.TryDecode(Convert.FromHexString(hex), SdsDialect.Nim, BloomParameters.Default, out var filter, out var error));
        Assert.Equal((null, expected), (filter, error));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(24)]
    [InlineData(1_000_000)]
    public void A_filter_of_js_waku_of_another_size_is_refused(int size)
    {
        Assert.False(BloomFilterCodec.TryDecode(new byte[size], SdsDialect.Specification, SdsVectors.Bloom, out _, out var error));
        Assert.Equal(DecodeError.InvalidValue, error);
    }

    static byte[] Encode(BloomFilter filter, SdsDialect dialect)
    {
        var encoded = new byte[BloomFilterCodec.SizeOf(filter, dialect)];
        BloomFilterCodec.Write(filter, dialect, encoded);
        return encoded;
    }
}

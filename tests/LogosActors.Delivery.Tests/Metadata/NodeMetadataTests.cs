using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Metadata;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Metadata;

public sealed class NodeMetadataTests
{
    [Fact]
    public void Shards_are_written_one_by_one_and_packed() =>
        Assert.Equal("0801" + "1000" + "1007" + "10ac02" + "1a040007ac02", Convert.ToHexStringLower(new NodeMetadata(1, [0, 7, 300]).Encode()));

    [Theory]
    [InlineData("0801", 1U, new ushort[] { })]                      // js-waku
    [InlineData("", null, new ushort[] { })]
    [InlineData("0801" + "1000" + "1007", 1U, new ushort[] { 0, 7 })]     // as specified
    [InlineData("0801" + "12020007", 1U, new ushort[] { 0, 7 })]          // the same, packed
    [InlineData("0801" + "1003" + "1a020007", 1U, new ushort[] { 0, 7 })] // both: the newer one counts
    public void Every_form_in_use_is_read(string hex, uint? cluster, ushort[] shards)
    {
        Assert.True(NodeMetadata.TryDecode(Convert.FromHexString(hex), out var metadata, out _));
        Assert.Equal(cluster, metadata.Cluster);
        Assert.Equal(shards, metadata.Shards);
    }

    [Theory]
    [InlineData("1a03808004", DecodeError.InvalidValue)]    // shard 65,536
    [InlineData("1080800408", DecodeError.Truncated)]
    [InlineData("0a00", DecodeError.InvalidField)]          // a cluster that is text
    [InlineData("08ffffffffff0f", DecodeError.Overflow)]    // a cluster of more than 32 bits
    public void Metadata_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(NodeMetadata.TryDecode(Convert.FromHexString(hex), out var metadata, out var error));
        Assert.Null(metadata);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void More_shards_than_a_cluster_has_are_refused()
    {
        byte[] tooMany = [0x1a, 0x81, 0x08, .. new byte[1025]];
        Assert.False(NodeMetadata.TryDecode(tooMany, out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    [Fact]
    public void Any_metadata_is_the_same_after_a_round_trip() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<uint?>()),
            Arb.From(Gen.Choose(0, ushort.MaxValue).ListOf()),
            (cluster, shards) =>
            {
                var metadata = new NodeMetadata(cluster, [.. shards.Select(shard => (ushort)shard)]);
                Assert.True(NodeMetadata.TryDecode(metadata.Encode(), out var decoded, out _));
                Assert.Equal(metadata.Cluster, decoded.Cluster);
                Assert.Equal(metadata.Shards, decoded.Shards);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(146)]
    [InlineData(147)]
    [InlineData(339)]
    [InlineData(340)]
    [InlineData(1024)]
    public void No_more_is_sent_than_the_reference_reads(int count)
    {
        var metadata = new NodeMetadata(uint.MaxValue, [.. Enumerable.Range(ushort.MaxValue - count, count).Select(shard => (ushort)shard)]);
        var encoded = metadata.Encode();
        Assert.True(encoded.Length <= NodeMetadata.MaxSentLength);
        Assert.True(NodeMetadata.TryDecode(encoded, out var decoded, out _));
        Assert.Equal(metadata.Shards.Take(decoded.Shards.Count), decoded.Shards);
        Assert.True(decoded.Shards.Count >= Math.Min(count, 300));
    }
}

using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Discovery.Records;

public sealed class RecordShardsTests
{
    // Nim reference, tests/waku_enr/test_sharding.nim.
    static readonly byte[] NimList = [0, 73, 2, 0, 1, 0, 10];
    static readonly byte[] NimVector = [0, 73, 2, 4, .. new byte[126]];

    [Fact]
    public void Both_forms_of_the_reference_are_the_same_shards()
    {
        var expected = new RecordShards(73, [1, 10]);

        Assert.True(RecordShards.TryDecodeList(NimList, out var list, out _));
        Assert.True(RecordShards.TryDecodeVector(NimVector, out var vector, out _));
        Assert.Equal((expected, expected), (list, vector));
        Assert.Equal(NimList, expected.Encode());
    }

    [Fact]
    public void The_list_counts_where_a_record_has_both()
    {
        Assert.Equal(new RecordShards(73, [1, 10]), NodeRecordTests.Sign(("rs", NimList), ("rsv", [0, 74, .. new byte[128]])).ShardsOf());
        Assert.Equal(new RecordShards(73, [1, 10]), NodeRecordTests.Sign(("rsv", NimVector)).ShardsOf());
        Assert.Equal(new RecordShards(73, [1, 10]), NodeRecordTests.Sign(("rs", [1]), ("rsv", NimVector)).ShardsOf());
    }

    [Theory]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("004902", DecodeError.Truncated)]
    [InlineData("0049010001ff", DecodeError.TrailingBytes)]
    [InlineData("0049010400", DecodeError.LimitExceeded)] // shard 1024
    public void What_is_no_list_is_refused(string hex, DecodeError expected)
    {
        Assert.False(RecordShards.TryDecodeList(Convert.FromHexString(hex), out var shards, out var error));
        Assert.Null(shards);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Any_list_is_the_same_after_a_round_trip() =>
        Prop.ForAll(
            Arb.From(from cluster in Gen.Choose(0, ushort.MaxValue)
                     from shards in Gen.Choose(0, 1023).ArrayOf()
                     select new RecordShards((ushort)cluster, [.. shards.Distinct().Take(RecordShards.MaxListed).Order().Select(shard => (ushort)shard)])),
            shards =>
            {
                Assert.True(RecordShards.TryDecodeList(shards.Encode(), out var decoded, out _));
                Assert.Equal(shards, decoded);
            }).QuickCheckThrowOnFailure();
}

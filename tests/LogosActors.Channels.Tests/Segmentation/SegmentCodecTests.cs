using FsCheck;
using FsCheck.Fluent;
using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

public sealed class SegmentCodecTests
{
    const string Hash = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

    static readonly SegmentMessage Data = new()
    {
        MessageHash = KeccakHash.Of([]),
        DataCount = 3,
        ParityCount = 2,
        Index = 1,
        Payload = new byte[] { 0xaa, 0xbb },
    };

    [Fact]
    public void Every_field_of_a_data_segment_is_where_the_specification_has_it() =>
        Assert.Equal($"0a20{Hash}" + "1001" + "1803" + "2202aabb" + "3002", Hex(Data));

    [Fact]
    public void Every_field_of_a_parity_segment_is_where_the_specification_has_it() =>
        Assert.Equal($"0a20{Hash}" + "1803" + "2202aabb" + "2801" + "3002" + "3801", Hex(Data with { IsParity = true }));

    [Fact]
    public void What_others_need_not_know_follows_in_fields_from_100_on() =>
        Assert.Equal(
            Hex(Data) + "a20601" + "61" + "a906" + "0100000000000000" + "b00605" + $"ba0620{Hash}",
            Hex(Data with { Linkage = new ChunkLinkage("a", 1, 5, KeccakHash.Of([])) }));

    [Fact]
    public void Any_segment_is_the_same_after_a_round_trip() =>
        Prop.ForAll(SegmentArbitrary.Segments, segment =>
        {
            var encoded = SegmentCodec.Encode(segment);
            Assert.True(SegmentCodec.TryDecode(encoded, out var decoded, out var error), $"{error}");
            Assert.Equal(segment.Payload.ToArray(), decoded.Payload.ToArray());
            Assert.Equal(segment with { Payload = default }, decoded with { Payload = default });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_payload_is_not_copied()
    {
        var encoded = SegmentCodec.Encode(Data);
        Assert.True(SegmentCodec.TryDecode(encoded, out var decoded, out _));
        encoded.AsSpan().Replace((byte)0xaa, (byte)0xcc);
        Assert.Equal([0xcc, 0xbb], decoded.Payload.ToArray());
    }

    [Fact]
    public void A_segment_takes_no_more_bytes_beside_its_payload_than_is_said()
    {
        var largest = Data with
        {
            DataCount = 150,
            ParityCount = 105,
            IsParity = true,
            Index = 104,
            Payload = new byte[128 << 10],
            Linkage = new ChunkLinkage(new string('f', 32), long.MaxValue, SegmentationOptions.MaxMessageSize, KeccakHash.Of([])),
        };
        Assert.Equal(SegmentCodec.Overhead, SegmentCodec.SizeOf(largest) - largest.Payload.Length);
        Assert.Equal(47, SegmentCodec.SizeOf(largest with { Linkage = null }) - largest.Payload.Length);
    }

    [Theory]
    [InlineData("0a20" + Hash + "1801", nameof(SegmentError.None))] // one segment of an empty message
    [InlineData("0a20" + Hash + "1801" + "1000" + "2800" + "3000" + "3800", nameof(SegmentError.None))] // defaults that are written
    [InlineData("0a20" + Hash + "1801" + "9a01017a" + "1801", nameof(SegmentError.None))] // a field of the future
    [InlineData("0a20" + Hash + "18", nameof(SegmentError.Malformed))]
    [InlineData("0a20" + Hash + "1a0101", nameof(SegmentError.Malformed))]
    [InlineData("1801", nameof(SegmentError.InvalidHash))]
    [InlineData("0a1f" + "d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" + "1801", nameof(SegmentError.InvalidHash))]
    [InlineData("0a20" + Hash, nameof(SegmentError.InvalidCount))] // no data segments
    [InlineData("0a20" + Hash + "18ff01", nameof(SegmentError.None))] // 255
    [InlineData("0a20" + Hash + "188002", nameof(SegmentError.InvalidCount))] // 256
    [InlineData("0a20" + Hash + "188001" + "308001", nameof(SegmentError.InvalidCount))] // 128 + 128
    [InlineData("0a20" + Hash + "18ffffffff0f" + "3001", nameof(SegmentError.InvalidCount))] // a sum over 2^32
    [InlineData("0a20" + Hash + "1001" + "1801", nameof(SegmentError.InvalidIndex))]
    [InlineData("0a20" + Hash + "1801" + "2801" + "3002", nameof(SegmentError.InvalidIndex))] // data with an index of parity
    [InlineData("0a20" + Hash + "1801" + "220100" + "2801" + "3001" + "3801", nameof(SegmentError.InvalidIndex))]
    [InlineData("0a20" + Hash + "1801" + "220100" + "3801", nameof(SegmentError.InvalidIndex))] // parity of a message without
    [InlineData("0a20" + Hash + "1001" + "1802" + "220100" + "3001" + "3801", nameof(SegmentError.InvalidIndex))] // parity with an index of data
    [InlineData("0a20" + Hash + "1801" + "3001" + "3801", nameof(SegmentError.InvalidLength))] // empty parity
    [InlineData("0a20" + Hash + "1801" + "220100" + "a2060161" + "a9060000000000000000" + "b00601", nameof(SegmentError.None))]
    [InlineData("0a20" + Hash + "1801" + "220100" + "a2060161" + "a9060000000000000000" + "b00602", nameof(SegmentError.InvalidLinkage))] // longer than its one chunk
    [InlineData("0a20" + Hash + "1801" + "220100" + "a2060161" + "a9060000000000000000" + "b00601" + "ba0620" + Hash, nameof(SegmentError.InvalidLinkage))] // nothing is before the first
    [InlineData("0a20" + Hash + "1001" + "1802" + "220100" + "a2060161" + "a9060000000000000000" + "b00602", nameof(SegmentError.InvalidLinkage))] // what is before it?
    [InlineData("0a20" + Hash + "1801" + "220100" + "b00601", nameof(SegmentError.InvalidLinkage))] // which request?
    [InlineData("0a20" + Hash + "1802" + "220100" + "a2060161" + "b00681808001", nameof(SegmentError.InvalidLength))] // over 1 MiB
    public void Only_what_the_specification_permits_is_read(string hex, string expected)
    {
        var isRead = SegmentCodec.TryDecode(Convert.FromHexString(hex), out var segment, out var error);
        Assert.Equal((expected, error is SegmentError.None, error is SegmentError.None), (error.ToString(), isRead, segment is not null));
    }

    [Fact]
    public void A_payload_over_the_largest_message_is_refused()
    {
        Assert.False(SegmentCodec.TryDecode(SegmentCodec.Encode(Data with { Payload = new byte[SegmentationOptions.MaxMessageSize + 1] }), out _, out var error));
        Assert.Equal(SegmentError.InvalidLength, error);
    }

    static string Hex(SegmentMessage segment) => Convert.ToHexStringLower(SegmentCodec.Encode(segment));
}

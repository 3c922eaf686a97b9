using LogosActors.Channels.Segmentation;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Channels.Tests.Segmentation;

public sealed class SegmenterTests
{
    static readonly SegmentationOptions Small = new() { ChunkSizeBytes = 1024 };

    [Fact]
    public void A_short_message_is_one_chunk_that_carries_all_of_it()
    {
        var segment = Assert.Single(Segments(new SegmentationOptions(), new byte[102_400]));
        Assert.Equal((1, 0, 0, 102_400), (segment.DataCount, segment.ParityCount, segment.Index, segment.Payload.Length));
    }

    [Fact]
    public void An_empty_message_is_one_empty_chunk() => Assert.Equal(0, Assert.Single(Segments(Small, [])).Payload.Length);

    [Fact]
    public void Chunks_in_their_order_make_up_the_message_and_name_its_hash()
    {
        var payload = Bytes(10_000);
        var segments = Segments(Small, payload);
        Assert.Equal(10, segments.Count);
        Assert.Equal(payload, segments.SelectMany(segment => segment.Payload.ToArray()));
        Assert.All(segments, segment => Assert.Equal(KeccakHash.Of(payload), segment.MessageHash));
    }

    [Fact]
    public void Each_chunk_names_the_one_before_it_by_the_id_of_its_SDS_message()
    {
        var chunks = Chunks(Small with { EnableReedSolomon = true }, Bytes(10_000));
        KeccakHash? previous = null;
        foreach (var chunk in chunks)
        {
            Assert.True(SegmentCodec.TryDecode(chunk.Content, out var segment, out _));
            Assert.Equal(new ChunkLinkage("request", 42, 10_000, previous), segment.Linkage);
            previous = chunk.Id;
        }
    }

    [Fact]
    public void The_id_of_a_chunk_is_the_hash_of_its_sender_its_time_and_its_content()
    {
        var chunk = Chunks(Small, [1])[0];
        Assert.Equal(KeccakHash.Of([.. "alice42"u8, .. chunk.Content.Span]), chunk.Id);
        Assert.Equal(Convert.ToHexStringLower(Keccak256.Hash([.. "alice42"u8, .. chunk.Content.Span])), chunk.Id.ToString());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    [InlineData(11, 2)]
    [InlineData(224, 28)]
    public void Parity_is_an_eighth_of_the_chunks_and_rounded_up(int dataCount, int parityCount)
    {
        var segments = Segments(Small with { EnableReedSolomon = true }, Bytes(1024 * dataCount));
        Assert.All(segments, segment => Assert.Equal((dataCount, parityCount), (segment.DataCount, segment.ParityCount)));
        Assert.Equal(Enumerable.Range(0, dataCount + parityCount), segments.Select(segment => segment.Position));
    }

    [Fact]
    public void Parity_rebuilds_the_last_chunk_padded_with_zeros()
    {
        var segments = Segments(Small with { EnableReedSolomon = true }, Bytes(3000));
        Assert.Equal(ReedSolomonError.None, ReedSolomon.Rebuild([segments[0].Payload, segments[1].Payload, null], [segments[3].Payload], out var rebuilt));
        Assert.Equal([.. segments[2].Payload.ToArray(), .. new byte[72]], rebuilt[2]!);
    }

    [Theory]
    [InlineData(102_400, false, 1 << 20)]
    [InlineData(102_400, true, 1 << 20)]
    [InlineData(1024, false, 255 * 1024)]
    [InlineData(1024, true, 224 * 1024)]
    [InlineData(8192, true, 1 << 20)]
    public void A_message_over_the_largest_is_refused_and_the_largest_is_not(int chunkSize, bool isCoded, int largest)
    {
        var segmenter = new Segmenter(new SegmentationOptions { ChunkSizeBytes = chunkSize, EnableReedSolomon = isCoded }.Validated());
        Assert.Equal(largest, segmenter.MaxPayload);
        Assert.True(segmenter.TrySegment(new byte[largest], "request", "alice", 42, out _));
        Assert.False(segmenter.TrySegment(new byte[largest + 1], "request", "alice", 42, out _));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Contains("SegmentationOptions.ChunkSizeBytes", Assert.ThrowsAny<ArgumentException>(() => new SegmentationOptions { ChunkSizeBytes = 1023 }.Validated()).Message, StringComparison.Ordinal);
        Assert.Contains("multiple of 64", Assert.ThrowsAny<ArgumentException>(() => new SegmentationOptions { ChunkSizeBytes = 102_401, EnableReedSolomon = true }.Validated()).Message, StringComparison.Ordinal);
        Assert.Contains("SegmentationOptions.ParityRate", Assert.ThrowsAny<ArgumentException>(() => new SegmentationOptions { ParityRate = double.NaN }.Validated()).Message, StringComparison.Ordinal);
        Assert.NotNull(new SegmentationOptions { ChunkSizeBytes = 102_401 }.Validated());
    }

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    static IReadOnlyList<Chunk> Chunks(SegmentationOptions options, byte[] payload)
    {
        Assert.True(new Segmenter(options.Validated()).TrySegment(payload, "request", "alice", 42, out var chunks));
        return chunks;
    }

    static List<SegmentMessage> Segments(SegmentationOptions options, byte[] payload) =>
        [.. Chunks(options, payload).Select(chunk => SegmentCodec.TryDecode(chunk.Content, out var segment, out _) ? segment : throw new InvalidOperationException())];
}

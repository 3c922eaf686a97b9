using LogosActors.Channels.Segmentation;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Fuzzing;

public sealed class SegmentFuzzTests(ITestOutputHelper output)
{
    static readonly byte[] Payload = [.. Enumerable.Range(0, 4000).Select(value => (byte)value)];

    [Fact]
    public void Whatever_a_stranger_sends_as_a_segment_is_read_or_refused_at_a_bounded_cost()
    {
        var options = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = true };
        Assert.True(new Segmenter(options).TrySegment(Payload, "6f1c1cf03ac14bff8f37cbd0b1b35e0a", "alice", 1_700_000_000_000_000_000, out var chunks));
        // The input is copied to have memory of its own: two bytes for each.
        var target = new FuzzTarget("segment", 200_000, 700, 2, Read, [.. chunks.Select(chunk => chunk.Content[..200].ToArray()), .. chunks.Select(chunk => chunk.Content.ToArray())]);
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        output.WriteLine($"{target.Inputs} inputs; the most that one allocated: {target.Run(seed)} bytes");
    }

    static void Read(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = SegmentCodec.TryDecode(input.ToArray(), out var segment, out var error);
        if (isRead != (error is SegmentError.None) || isRead != segment is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {segment}, {error}");
        if (segment is null)
            return;
        if (segment.Position >= segment.Count || segment.Count >= SegmentLimits.TotalSegments || segment.Payload.Length > input.Length)
            Assert.Fail($"{segment}");
    }
}

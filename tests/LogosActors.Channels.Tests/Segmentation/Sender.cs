using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

/// <summary>Makes chunks: those of a sender like us, and others.</summary>
internal static class Sender
{
    public const int ChunkSize = 1024;

    public static readonly SegmentationOptions Coded = new() { ChunkSizeBytes = ChunkSize, EnableReedSolomon = true };

    public static readonly SegmentationOptions Plain = new() { ChunkSizeBytes = ChunkSize };

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static IReadOnlyList<Chunk> Chunks(byte[] payload, SegmentationOptions? options = null, string sender = "alice", string request = "request", long time = 42) =>
        new Segmenter(options ?? Plain).TrySegment(payload, request, sender, time, out var chunks) ? chunks : throw new InvalidOperationException("It is too large.");

    public static SegmentMessage Read(Chunk chunk) =>
        SegmentCodec.TryDecode(chunk.Content, out var segment, out var error) ? segment : throw new InvalidOperationException($"{error}");

    /// <summary>A chunk that says something else, under the id that follows from it.</summary>
    public static Chunk Forge(Chunk chunk, Func<SegmentMessage, SegmentMessage> change, string sender = "alice")
    {
        var segment = change(Read(chunk));
        var content = SegmentCodec.Encode(segment);
        return new Chunk(ChunkId.Compute(sender, segment.Linkage?.Timestamp ?? 0, content), content, segment.IsParity);
    }

    /// <summary>The segments that another implementation sends, which has only the published fields.</summary>
    public static IReadOnlyList<Chunk> Published(byte[] payload, SegmentationOptions? options = null) =>
        [.. Chunks(payload, options).Select(chunk => Forge(chunk, segment => segment with { Linkage = null }))];
}

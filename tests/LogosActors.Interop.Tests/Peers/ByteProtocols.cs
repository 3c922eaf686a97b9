using System.Buffers.Binary;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>The byte protocols that both sides speak (peers/byte-protocols.mjs).</summary>
internal static class ByteProtocols
{
    /// <summary>Sends back what comes until the other end closes.</summary>
    public const string Echo = "/rig/echo/1.0.0";

    /// <summary>Reads to the end, then answers u64le byte count and SHA-256.</summary>
    public const string Sink = "/rig/sink/1.0.0";

    /// <summary>Reads u64le n, then sends n bytes of the <see cref="Pattern"/>.</summary>
    public const string Source = "/rig/source/1.0.0";

    /// <summary>Does nothing by itself: the test reads, writes, closes and resets.</summary>
    public const string Hold = "/rig/hold/1.0.0";

    /// <summary>The length of a sink's answer, in bytes.</summary>
    public const int SinkAnswerLength = sizeof(ulong) + 32;

    public static async Task EchoAsync(OurStream stream)
    {
        while (await stream.ReadAsync() is { IsEmpty: false } bytes)
            await stream.WriteAsync(bytes);
        await stream.CloseWriteAsync();
    }

    public static async Task SinkAsync(OurStream stream)
    {
        await stream.ReadUntilAsync();
        await stream.WriteAsync(SinkAnswer(stream.Received));
        await stream.CloseWriteAsync();
    }

    public static async Task SourceAsync(OurStream stream)
    {
        var request = await stream.ReadExactlyAsync(sizeof(ulong));
        await stream.WritePatternAsync(BinaryPrimitives.ReadInt64LittleEndian(request));
        await stream.CloseWriteAsync();
    }

    public static byte[] SourceRequest(long count)
    {
        var request = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(request, count);
        return request;
    }

    /// <summary>What a sink answers that has received so much.</summary>
    public static byte[] SinkAnswer(Tally received) => [.. SourceRequest(received.Bytes), .. received.Digest];
}

using System.Buffers.Binary;
using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>What the load tests publish: a number, so that no two are the same, and when it was published, by the machine's clock.</summary>
internal static class StampedMessage
{
    const int StampOffset = sizeof(long);

    public static void Write(Span<byte> message, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(message, number);
        BinaryPrimitives.WriteInt64LittleEndian(message[StampOffset..], Stopwatch.GetTimestamp());
    }

    /// <summary>How long ago it was published. All processes of a machine share the clock.</summary>
    public static TimeSpan Age(ReadOnlySpan<byte> message) => Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(message[StampOffset..]));
}

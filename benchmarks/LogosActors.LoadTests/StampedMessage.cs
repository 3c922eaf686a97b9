using System.Buffers.Binary;
using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>What the load tests publish: a number, so that no two are the same, and when it was due, by the machine's clock.</summary>
internal static class StampedMessage
{
    const int StampOffset = sizeof(long);

    /// <summary>Writes a message that is due now.</summary>
    public static void Write(Span<byte> message, long number) => Write(message, number, Stopwatch.GetTimestamp());

    /// <param name="message">Where it goes.</param>
    /// <param name="number">Its number.</param>
    /// <param name="due">When it was to be sent, as a timestamp of <see cref="Stopwatch"/>; that may be earlier than it is sent.</param>
    public static void Write(Span<byte> message, long number, long due)
    {
        BinaryPrimitives.WriteInt64LittleEndian(message, number);
        BinaryPrimitives.WriteInt64LittleEndian(message[StampOffset..], due);
    }

    /// <summary>How long ago it was due. All processes of a machine share the clock.</summary>
    public static TimeSpan Age(ReadOnlySpan<byte> message) => Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(message[StampOffset..]));
}

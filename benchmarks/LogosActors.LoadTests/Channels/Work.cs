using System.Diagnostics;

namespace LogosActors.LoadTests.Channels;

/// <summary>Loads that only compute.</summary>
internal static class Work
{
    /// <summary>Does something many times on one thread.</summary>
    public static Load Repeat(Action action) => times => Task.Run(() =>
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
            action();
        return Stopwatch.GetElapsedTime(started);
    });

    /// <summary>Bytes that look like any.</summary>
    public static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}

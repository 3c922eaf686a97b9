using System.Diagnostics;

namespace LogosActors.Node.Tracing;

/// <summary>Decides which requests are traced: all, while there are at most <see cref="MaxPerSecond"/> a second. So tracing costs a node that is
/// busy no more than one that is not. For any number of threads.</summary>
/// <param name="time">The clock.</param>
internal sealed class RequestSampling(TimeProvider time)
{
    /// <summary>How many traces begin in a second.</summary>
    public const int MaxPerSecond = 1000;

    readonly long _started = time.GetTimestamp();
    long _second;
    int _begun;

    /// <summary>Whether a span is wanted: of a trace that has begun, each is.</summary>
    public bool Wants(in ActivityContext parent) => parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || TryBegin();

    bool TryBegin()
    {
        var second = (long)time.GetElapsedTime(_started).TotalSeconds;
        if (Interlocked.Exchange(ref _second, second) != second)
            Volatile.Write(ref _begun, 0);
        return Volatile.Read(ref _begun) < MaxPerSecond && Interlocked.Increment(ref _begun) <= MaxPerSecond;
    }
}

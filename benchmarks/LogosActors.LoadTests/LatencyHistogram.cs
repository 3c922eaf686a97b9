using System.Numerics;

namespace LogosActors.LoadTests;

/// <summary>Counts latencies in buckets that are 1 % wide or narrower, from a nanosecond to centuries.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Each power of two has so many buckets.</summary>
    const int BucketsPerOctave = 1 << OctaveBits;

    const int OctaveBits = 7;

    readonly long[] _buckets = new long[(64 - OctaveBits) * BucketsPerOctave];
    long _max;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    public void Add(TimeSpan latency)
    {
        var ticks = Math.Max(0, latency.Ticks);
        _buckets[BucketOf(ticks)]++;
        _max = Math.Max(_max, ticks);
        Count++;
    }

    /// <summary>Summarises, and forgets.</summary>
    /// <param name="sent">How many messages were sent: those that did not arrive count as later than all others.</param>
    public Latencies Take(long sent)
    {
        var expected = Math.Max(sent, Count);
        var taken = new Latencies(Percentile(0.5, expected), Percentile(0.99, expected), new TimeSpan(_max), expected - Count);
        Array.Clear(_buckets);
        (Count, _max) = (0, 0);
        return taken;
    }

    TimeSpan Percentile(double part, long expected)
    {
        var left = (long)Math.Ceiling(expected * part);
        for (var i = 0; i < _buckets.Length; i++)
        {
            left -= _buckets[i];
            if (left <= 0)
                return new TimeSpan(Math.Min(UpperEndOf(i), _max));
        }
        return TimeSpan.MaxValue;
    }

    static int BucketOf(long ticks)
    {
        if (ticks < BucketsPerOctave)
            return (int)ticks;
        var shift = BitOperations.Log2((ulong)ticks) - OctaveBits;
        return ((shift + 1) * BucketsPerOctave) + (int)(ticks >> shift) - BucketsPerOctave;
    }

    static long UpperEndOf(int bucket)
    {
        if (bucket < BucketsPerOctave)
            return bucket;
        var shift = (bucket / BucketsPerOctave) - 1;
        return ((bucket % BucketsPerOctave) + BucketsPerOctave + 1L << shift) - 1;
    }
}

/// <summary>How long messages were under way, from when they were due to be sent.</summary>
/// <param name="Median">Half of them were faster.</param>
/// <param name="P99">One in a hundred was slower.</param>
/// <param name="Max">The slowest that arrived.</param>
/// <param name="Lost">How many did not arrive.</param>
internal sealed record Latencies(TimeSpan Median, TimeSpan P99, TimeSpan Max, long Lost);

using System.Numerics;

namespace LogosActors.TestKit.Running;

/// <summary>xoshiro256**: small, fast, and the same on every machine and runtime.</summary>
internal sealed class SeededRandom
{
    ulong _a;
    ulong _b;
    ulong _c;
    ulong _d;

    /// <summary>One of many independent streams of one seed.</summary>
    public SeededRandom(int seed, int stream)
    {
        var state = ((ulong)(uint)seed << 32) | (uint)stream;
        (_a, _b, _c, _d) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>A number from 0 up to, and not including, <paramref name="limit"/>.</summary>
    public int Next(int limit) => (int)(((NextBits() >> 32) * (ulong)limit) >> 32);

    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => probability > 0 && NextDouble() < probability;

    /// <summary>A time from zero up to <paramref name="most"/>.</summary>
    public TimeSpan NextTime(TimeSpan most) => most * NextDouble();

    static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }
}

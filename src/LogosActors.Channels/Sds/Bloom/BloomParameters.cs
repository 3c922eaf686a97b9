namespace LogosActors.Channels.Sds.Bloom;

/// <summary>How large a bloom filter is, and how often it may be wrong.</summary>
/// <remarks>
/// The number of bits and hashes follows from the two as in js-waku (<c>bloom.ts</c>) and in nim-sds (<c>bloom.nim</c>,
/// <c>initializeBloomFilter</c>), to the bit. All participants of a channel must have the same: the specification's wire does not carry them.
/// </remarks>
internal sealed record BloomParameters
{
    /// <summary>The largest filter, in bytes: three times the default one, and less than half of what a message of the network may be.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>The smallest error rate: nim-sds writes it in millionths.</summary>
    public const double MinErrorRate = 1e-6;

    /// <summary>The largest error rate.</summary>
    public const double MaxErrorRate = 0.5;

    readonly int _hashes;
    readonly int _bits;

    /// <summary>10,000 ids at an error rate of 0.001: 10 hashes, 150,000 bits (js-waku <c>DEFAULT_BLOOM_FILTER_OPTIONS</c>, nim-sds <c>DefaultBloomFilterCapacity</c>; SDS leaves it open).</summary>
    public static BloomParameters Default { get; } = new(10_000, 0.001);

    /// <summary>Parameters whose filter has at most <see cref="MaxSize"/> bytes.</summary>
    /// <param name="capacity">How many ids a filter is made for; at least 1.</param>
    /// <param name="errorRate">How often it says of an unknown id that it may have it, once it is full: <see cref="MinErrorRate"/> – <see cref="MaxErrorRate"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or the filter would be too large.</exception>
    public BloomParameters(int capacity, double errorRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (errorRate is not (>= MinErrorRate and <= MaxErrorRate))
            throw new ArgumentOutOfRangeException(nameof(errorRate), errorRate, $"The error rate of a bloom filter is {MinErrorRate} – {MaxErrorRate}.");
        var bitsPerId = (int)Math.Ceiling(-Math.Log(errorRate) / (Math.Log(2) * Math.Log(2)));
        if ((long)capacity * bitsPerId >= MaxSize * 8L)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"A bloom filter of {bitsPerId} bits per id has at most {MaxSize} bytes.");
        (Capacity, ErrorRate) = (capacity, errorRate);
        _hashes = (int)Math.Round(Math.Log(2) * bitsPerId);
        _bits = capacity * bitsPerId;
    }

    /// <summary>How many ids it is made for.</summary>
    public int Capacity { get; }

    /// <summary>How often it is wrong once it is full.</summary>
    public double ErrorRate { get; }

    /// <summary>What a filter of a dialect looks like: they differ in the hash alone.</summary>
    public BloomShape ShapeIn(SdsDialect dialect) => new(dialect is SdsDialect.Nim ? BloomHash.Farm : BloomHash.Murmur, _hashes, _bits);
}

using System.Numerics;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>What it is worth that a bloom filter holds an id (SDS §Review ACK Status: "on probabilistic grounds").</summary>
internal static class FilterEvidence
{
    /// <summary>How many times as often as it should a filter may be wrong. A rolling one is, up to 2.6 times.</summary>
    const double Tolerance = 10;

    /// <summary>How many full filters the filter is worth: 0: it is so full that it says nothing; a sparse one is worth several.</summary>
    /// <param name="filter">Somebody's filter; all of its bits may be set.</param>
    /// <param name="errorRate">How often a full filter of the channel is wrong.</param>
    public static int Of(BloomFilter filter, double errorRate)
    {
        var set = 0;
        foreach (var word in filter.Words)
            set += BitOperations.PopCount(word);
        if (set == 0)
            return 1;
        var wrong = Math.Pow(Math.Min(1, (double)set / filter.Shape.Bits), filter.Shape.Hashes);
        if (wrong > errorRate * Tolerance)
            return 0;
        return (int)Math.Clamp(Math.Log(wrong) / Math.Log(errorRate), 1, 100);
    }
}

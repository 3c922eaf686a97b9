using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>A bloom filter as a message carries it: what its sender has seen, with some certainty.</summary>
/// <remarks>Immutable; reads are safe from any thread.</remarks>
internal sealed class BloomFilter
{
    readonly ulong[] _words;

    internal BloomFilter(BloomParameters parameters, BloomShape shape, ulong[] words)
    {
        Parameters = parameters;
        Shape = shape;
        _words = words;
    }

    /// <summary>What its sender made it for.</summary>
    public BloomParameters Parameters { get; }

    /// <summary>What it looks like: what follows from the parameters, unless its sender says otherwise.</summary>
    public BloomShape Shape { get; }

    /// <summary>Its bits: bit i is bit i mod 64 of word i / 64. At most <see cref="BloomParameters.MaxSize"/> bytes.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Makes a filter of somebody's bits; they become the filter's own.</summary>
    /// <returns>False when the shape is not one that a filter here may have, or does not go with the number of words.</returns>
    public static bool TryCreate(BloomParameters parameters, BloomShape shape, ulong[] words, [NotNullWhen(true)] out BloomFilter? filter)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(words);
        filter = shape.IsValid && words.Length == shape.Words ? new BloomFilter(parameters, shape, words) : null;
        return filter is not null;
    }

    /// <summary>Whether the id may be among those that were added; "no" is certain.</summary>
    public bool MayContain(in BloomKey key) => key.IsIn(_words, Shape);
}

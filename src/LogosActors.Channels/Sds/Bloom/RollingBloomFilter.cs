using System.Runtime.InteropServices;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>A bloom filter that forgets the oldest ids instead of filling up (nim-sds <c>rolling_bloom_filter.nim</c>).</summary>
/// <remarks>
/// It takes up to a fifth more ids than its capacity; then it begins again with the most recent ones, a fifth less than its capacity.
/// Adding an id so costs the setting of at most three times its bits on average, whatever the history. With a fifth too many ids
/// a filter of 0.001 is wrong at 0.0026. Unlike nim-sds's, the filter keeps its size when it rolls over: js-waku reads no other.
/// Memory: nothing while it is empty, then 24 bytes an id and the bits, by default never more than 420 KiB. Not safe for concurrent use.
/// </remarks>
internal sealed class RollingBloomFilter
{
    const int FlexPercent = 20; // nim-sds CapacityFlexPercent

    readonly List<BloomKey> _keys;
    ulong[] _words = [];
    readonly BloomShape _shape;
    readonly int _kept;
    readonly int _most;
    BloomFilter? _snapshot;

    /// <summary>An empty filter for a channel of some dialect.</summary>
    public RollingBloomFilter(BloomParameters parameters, SdsDialect dialect = SdsDialect.Specification)
        : this(parameters, dialect, [])
    {
    }

    RollingBloomFilter(BloomParameters parameters, SdsDialect dialect, List<BloomKey> keys)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (Parameters, Dialect) = (parameters, dialect);
        _shape = parameters.ShapeIn(dialect);
        _kept = Math.Max(1, (int)((long)parameters.Capacity * (100 - FlexPercent) / 100));
        _most = (int)((long)parameters.Capacity * (100 + FlexPercent) / 100);
        _keys = keys;
        SetAll();
    }

    /// <summary>Its size.</summary>
    public BloomParameters Parameters { get; }

    /// <summary>Whose hash it uses.</summary>
    public SdsDialect Dialect { get; }

    /// <summary>How many ids it holds for certain: 0 – 1.2 times the capacity. An id that was added twice counts twice.</summary>
    public int Count => _keys.Count;

    /// <summary>Adds an id.</summary>
    public void Add(in BloomKey key)
    {
        _snapshot = null;
        _keys.Add(key);
        Begin();
        if (_keys.Count > _most)
            RollOver();
        else
            key.AddTo(_words, _shape);
    }

    /// <summary>Whether the id may be among those that it holds; "no" is certain.</summary>
    public bool MayContain(in BloomKey key) => _keys.Count > 0 && key.IsIn(_words, _shape);

    /// <summary>The filter as it is now. It is copied once after a change, however often it is asked for.</summary>
    public BloomFilter Snapshot()
    {
        if (_snapshot is not null)
            return _snapshot;
        Begin();
        var words = GC.AllocateUninitializedArray<ulong>(_words.Length);
        _words.CopyTo(words, 0);
        return _snapshot = new BloomFilter(Parameters, _shape, words);
    }

    /// <summary>A filter with the same ids as another dialect has it; itself when it is of that dialect.</summary>
    public RollingBloomFilter In(SdsDialect dialect) => dialect == Dialect ? this : new RollingBloomFilter(Parameters, dialect, [.. _keys]);

    // Most channels of a process with many are silent, and need no bits.
    void Begin()
    {
        if (_words.Length == 0)
            _words = new ulong[_shape.Words];
    }

    void RollOver()
    {
        _keys.RemoveRange(0, _keys.Count - _kept);
        Array.Clear(_words);
        SetAll();
    }

    void SetAll()
    {
        if (_keys.Count > 0)
            Begin();
        foreach (ref readonly var key in CollectionsMarshal.AsSpan(_keys))
            key.AddTo(_words, _shape);
    }
}

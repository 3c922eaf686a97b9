namespace LogosActors.Channels.Segmentation;

/// <summary>The chunks of a message that have come so far, and what claims to be one.</summary>
/// <param name="key">What they have in common.</param>
internal sealed class PartialMessage(MessageKey key)
{
    readonly List<(long Sequence, StoredChunk Chunk)>?[] _positions = new List<(long, StoredChunk)>?[key.Count];

    /// <summary>What its chunks have in common.</summary>
    public MessageKey Key => key;

    /// <summary>What its chunks cost, in bytes.</summary>
    public long Cost { get; private set; }

    /// <summary>What it will cost when all of it has come, in bytes.</summary>
    public long Reserved { get; init; }

    /// <summary>How many positions have a chunk.</summary>
    public int Filled => _positions.Count(chunks => chunks is { Count: > 0 });

    /// <summary>The positions that have a chunk.</summary>
    public PositionSet Positions
    {
        get
        {
            var positions = default(PositionSet);
            for (var i = 0; i < _positions.Length; i++)
            {
                if (_positions[i] is { Count: > 0 })
                    positions = positions.With(i);
            }
            return positions;
        }
    }

    /// <summary>All chunks with the numbers in the order of which they came, in no order.</summary>
    public IEnumerable<(long Sequence, StoredChunk Chunk)> All => _positions.SelectMany(chunks => chunks ?? []);

    /// <summary>When the first of its chunks came, as a number that grows.</summary>
    public long FirstSequence { get; private set; }

    /// <summary>When the last of its chunks came, in nanoseconds since 1970 UTC.</summary>
    public long LastTime { get; private set; }

    /// <summary>The chunks that claim a position, in the order in which they came.</summary>
    public IEnumerable<StoredChunk> At(int position) => _positions[position]?.Select(one => one.Chunk) ?? [];

    /// <summary>Adds a chunk of this message.</summary>
    public void Add(StoredChunk chunk, long sequence)
    {
        (_positions[chunk.Segment.Position] ??= []).Add((sequence, chunk));
        Recount();
    }

    /// <summary>Removes a chunk; false when nothing is left.</summary>
    public bool Remove(int position, string messageId)
    {
        _positions[position]?.RemoveAll(one => string.Equals(one.Chunk.MessageId, messageId, StringComparison.Ordinal));
        Recount();
        return Cost > 0;
    }

    void Recount()
    {
        (Cost, FirstSequence, LastTime) = (0, long.MaxValue, long.MinValue);
        foreach (var chunks in _positions)
        {
            foreach (var (sequence, chunk) in chunks ?? [])
            {
                Cost += chunk.Cost;
                FirstSequence = Math.Min(FirstSequence, sequence);
                LastTime = Math.Max(LastTime, chunk.Time);
            }
        }
    }
}

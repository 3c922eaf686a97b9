namespace LogosActors.Channels.Segmentation;

/// <summary>Finds the chunks that make up a message among all that claim to be of it, when one more has come.</summary>
/// <remarks>
/// Goes from the last position down. Where chunks carry linkage, each one says which chunk is before it, and all others that claim
/// that position are passed over: a forger can only offer chains of his own. Without, and beside chunks that are lost, combinations are
/// tried. For one chunk that comes, at most <see cref="MaxTriedBytes"/> are put together; with one chunk for each position there
/// is just one combination.
/// </remarks>
internal sealed class ChunkSearch
{
    /// <summary>The most bytes of messages that are put together and hashed: eight of the largest.</summary>
    public const int MaxTriedBytes = 8 * SegmentationOptions.MaxMessageSize;

    // The most positions that are looked at: a message has at most 255, and each try goes through them.
    const int MaxSteps = 1 << 16;

    // What a try costs besides its bytes.
    const int TryOverhead = 16 << 10;

    readonly PartialMessage? _message;
    readonly MessageKey _key;
    readonly StoredChunk _added;
    readonly StoredChunk?[] _chosen;
    readonly int[] _filledBelow;
    long _triedBytes;
    int _steps;

    ChunkSearch(MessageKey key, PartialMessage? message, StoredChunk added)
    {
        (_key, _message, _added) = (key, message, added);
        _chosen = new StoredChunk?[key.Count];
        _filledBelow = new int[key.Count + 1];
        for (var i = 0; i < key.Count; i++)
            _filledBelow[i + 1] = _filledBelow[i] + (i == added.Segment.Position || (message?.At(i).Any() ?? false) ? 1 : 0);
    }

    /// <summary>The message, if it is complete.</summary>
    public AssembledMessage? Found { get; private set; }

    /// <summary>Last data chunks which vouch for all those before them, and together with them are not the message.</summary>
    public List<StoredChunk> Forged { get; } = [];

    /// <summary>Searches for a message with this chunk.</summary>
    public static ChunkSearch Run(MessageKey key, PartialMessage? message, StoredChunk added)
    {
        var search = new ChunkSearch(key, message, added);
        search.Visit(key.Count - 1, 0, null);
        return search;
    }

    bool IsOver => Found is not null || _triedBytes >= MaxTriedBytes || _steps >= MaxSteps;

    void Visit(int position, int count, StoredChunk? after)
    {
        _steps++;
        if (IsOver || count > _key.DataCount || count + _filledBelow[position + 1] < _key.DataCount)
            return;
        if (position < 0)
        {
            Try();
            return;
        }
        // Parity is only taken where data is lost.
        var isParity = position >= _key.DataCount;
        var mayPass = position != _added.Segment.Position;
        if (isParity && mayPass)
            Pass(position, count);
        foreach (var chunk in position == _added.Segment.Position ? [_added] : _message?.At(position) ?? [])
        {
            if (IsOver)
                break;
            if (after?.Segment.Linkage is { } linkage && linkage.PreviousChunkId != chunk.Id)
                continue;
            _chosen[position] = chunk;
            Visit(position - 1, count + 1, chunk);
            _chosen[position] = null;
        }
        if (!isParity && mayPass)
            Pass(position, count);
    }

    void Pass(int position, int count)
    {
        if (!IsOver)
            Visit(position - 1, count, null);
    }

    void Try()
    {
        _triedBytes += TryOverhead;
        foreach (var chunk in _chosen)
            _triedBytes += chunk?.Segment.Payload.Length ?? 0;
        Found = AssembledMessage.TryAssemble(_key, _chosen);
        if (Found is null && _key.IsLinked && Array.IndexOf(_chosen, null, 0, _key.DataCount) < 0)
            Forged.Add(_chosen[_key.DataCount - 1]!);
    }
}

using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>The messages of a channel that were sent or delivered, in the order that all participants agree on (SDS §Participant state).</summary>
/// <remarks>
/// Holds the newest <c>capacity</c> entries; those that leave go to <see cref="OldIds"/>. Adding costs the moving of at most
/// <see cref="BlockSize"/> references, wherever the entry belongs; looking up costs O(1).
/// </remarks>
internal sealed class LocalLog(int capacity)
{
    const int BlockSize = 512;

    readonly Dictionary<string, LogEntry> _byId = new(StringComparer.Ordinal);
    readonly List<List<LogEntry>> _blocks = [];
    HistoryEntry[] _recent = [];
    bool _isRecent;

    /// <summary>How many entries there are.</summary>
    public int Count => _byId.Count;

    /// <summary>The entries, oldest first.</summary>
    public IEnumerable<LogEntry> Entries => _blocks.SelectMany(block => block);

    /// <summary>The entry of a message; null: it is not in the log.</summary>
    public LogEntry? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The same of a message that another names. It is searched for once, however many messages name it with the same object.</summary>
    public LogEntry? Find(HistoryEntry name)
    {
        if (name.Found is { } found && ReferenceEquals(found.Log, this))
            return found;
        if (Find(name.MessageId) is not { } entry)
            return null;
        name.Found = entry;
        return entry;
    }

    /// <summary>Adds an entry whose id is not in.</summary>
    /// <returns>The oldest one, if there was one too many: it is out.</returns>
    public LogEntry? Add(LogEntry entry)
    {
        _byId.Add(entry.Id, entry);
        (entry.Log, entry.Name.Found) = (this, entry);
        _isRecent = false;
        Insert(entry);
        return _byId.Count > capacity ? RemoveOldest() : null;
    }

    /// <summary>Changes what is known of how to find a message.</summary>
    public void SetHint(LogEntry entry, ReadOnlyMemory<byte> hint)
    {
        entry.Name = new HistoryEntry(entry.Id, hint, entry.Name.SenderId) { Found = entry };
        _isRecent = false;
    }

    /// <summary>The names of the newest entries, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> Recent(int count)
    {
        count = Math.Min(count, Count);
        if (_isRecent && _recent.Length == count)
            return _recent;
        var recent = new HistoryEntry[count];
        for (var (block, left) = (_blocks.Count - 1, count); left > 0; block--)
        {
            for (var i = _blocks[block].Count - 1; i >= 0 && left > 0; i--)
                recent[--left] = _blocks[block][i].Name;
        }
        (_recent, _isRecent) = (recent, true);
        return recent;
    }

    /// <summary>Adds those of the newest entries to a list that a filter does not hold.</summary>
    /// <param name="filter">Somebody's filter.</param>
    /// <param name="newest">How many entries to look at.</param>
    /// <param name="before">Only at those that were added before that, in Unix ms: others may still be under way.</param>
    /// <param name="lacked">The list.</param>
    public void FindLacked(BloomFilter filter, int newest, long before, List<LogEntry> lacked)
    {
        for (var block = _blocks.Count - 1; block >= 0; block--)
        {
            for (var i = _blocks[block].Count - 1; i >= 0; i--)
            {
                if (newest-- == 0)
                    return;
                var entry = _blocks[block][i];
                if (entry.At < before && !filter.MayContain(entry.Key))
                    lacked.Add(entry);
            }
        }
    }

    void Insert(LogEntry entry)
    {
        // Nearly all belong at the end.
        if (_blocks.Count == 0)
        {
            _blocks.Add(new List<LogEntry>(BlockSize) { entry });
            return;
        }
        var index = BlockOf(entry);
        var block = _blocks[index];
        if (block.Count == BlockSize)
        {
            if (index == _blocks.Count - 1 && block[^1].CompareTo(entry) < 0)
            {
                _blocks.Add(new List<LogEntry>(BlockSize) { entry });
                return;
            }
            var upper = new List<LogEntry>(BlockSize);
            upper.AddRange(block[(BlockSize / 2)..]);
            block.RemoveRange(BlockSize / 2, BlockSize - (BlockSize / 2));
            _blocks.Insert(index + 1, upper);
            if (upper[0].CompareTo(entry) < 0)
                block = upper;
        }
        if (block[^1].CompareTo(entry) < 0)
            block.Add(entry);
        else
            block.Insert(~block.BinarySearch(entry), entry);
    }

    /// <summary>The last block that begins before the entry, or the first one.</summary>
    int BlockOf(LogEntry entry)
    {
        if (_blocks[^1][0].CompareTo(entry) < 0)
            return _blocks.Count - 1;
        var (low, high) = (0, _blocks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_blocks[middle][0].CompareTo(entry) < 0)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    LogEntry RemoveOldest()
    {
        var block = _blocks[0];
        var oldest = block[0];
        block.RemoveAt(0);
        if (block.Count == 0)
            _blocks.RemoveAt(0);
        _byId.Remove(oldest.Id);
        oldest.Log = null;
        return oldest;
    }
}

namespace LogosActors.Channels.Sds;

/// <summary>The messages of the local log that no later one names: whoever misses one of them could not know.</summary>
/// <remarks>
/// When more participants speak at once than a causal history has room for, some messages are named by none. Sync messages
/// name them, a few at a time and in turns. Bounded: of too many the longest unnamed is let go.
/// </remarks>
internal sealed class UnnamedMessages
{
    /// <summary>The most that are remembered.</summary>
    public const int MaxCount = 100;

    readonly LinkedList<LogEntry> _entries = [];

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>All of them, those that are named longest ago first.</summary>
    public IEnumerable<LogEntry> All => _entries;

    /// <summary>A message has come into the log.</summary>
    public void Add(LogEntry entry)
    {
        entry.Head = _entries.AddLast(entry);
        if (_entries.Count > MaxCount)
            Remove(_entries.First!.Value);
    }

    /// <summary>A later message names it, or it has left the log.</summary>
    public void Remove(LogEntry entry)
    {
        if (entry.Head is not { } node)
            return;
        _entries.Remove(node);
        entry.Head = null;
    }

    /// <summary>A message names others.</summary>
    public void Named(IReadOnlyList<HistoryEntry> names)
    {
        for (var node = _entries.Last; node is not null;)
        {
            var entry = node.Value;
            node = node.Previous;
            if (IsAmong(names, entry.Id))
                Remove(entry);
        }
    }

    static bool IsAmong(IReadOnlyList<HistoryEntry> names, string id)
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (string.Equals(names[i].MessageId, id, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Adds those whose turn it is to be named by a sync message.</summary>
    public void TakeTurns(int count, ICollection<LogEntry> named)
    {
        for (var left = Math.Min(_entries.Count, count); left > 0; left--)
        {
            var node = _entries.First!;
            _entries.RemoveFirst();
            _entries.AddLast(node);
            named.Add(node.Value);
        }
    }
}

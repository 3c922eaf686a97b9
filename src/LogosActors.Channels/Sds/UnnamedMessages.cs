namespace LogosActors.Channels.Sds;

/// <summary>The messages of the local log that no later one names: whoever misses one of them could not know.</summary>
/// <remarks>
/// When more participants speak at once than a causal history has room for, some messages are named by none. Sync messages
/// name them, a few at a time and in turns. Bounded: of too many the longest unnamed is let go.
/// </remarks>
internal sealed class UnnamedMessages
{
    /// <summary>The most that are remembered.</summary>
    public const int MaxCount = 1000;

    readonly LinkedList<LogEntry> _entries = [];

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

    /// <summary>The names that are to go into a sync message: the newest of the log and those whose turn it is, oldest first.</summary>
    /// <param name="log">The log.</param>
    /// <param name="historySize">How many of the newest at least.</param>
    /// <param name="count">How many in all, unless the first are more; half of them for those whose turn it is.</param>
    public IReadOnlyList<HistoryEntry> NamedBySync(LocalLog log, int historySize, int count)
    {
        var turns = Math.Min(_entries.Count, count / 2);
        var recent = log.Recent(Math.Max(historySize, count - turns));
        if (_entries.Count <= 1)
            return recent;
        var named = recent.Select(name => log.Find(name.MessageId)!).ToHashSet();
        for (; turns > 0; turns--)
        {
            var node = _entries.First!;
            _entries.RemoveFirst();
            _entries.AddLast(node);
            named.Add(node.Value);
        }
        return [.. named.Order().Select(entry => entry.Name)];
    }
}

namespace LogosActors.Channels.Sds;

/// <summary>Whole messages of the local log, kept for those who may miss them (SDS §SDS-R participant state: augmented local history).</summary>
/// <remarks>The longest kept go first, when there are too many or they are too large together.</remarks>
internal sealed class KeptMessages(int maxCount, long maxSize)
{
    readonly Queue<LogEntry> _order = [];
    int _count;
    long _size;

    /// <summary>The entries whose messages are kept, the longest kept first.</summary>
    public IEnumerable<LogEntry> All => _order.Where(entry => entry.Message is not null);

    /// <summary>Keeps a message.</summary>
    public void Keep(LogEntry entry, SdsMessage message)
    {
        if (maxCount == 0 || message.Content.Length > maxSize)
            return;
        entry.Message = message;
        _order.Enqueue(entry);
        _count++;
        _size += message.Content.Length;
        while (_count > maxCount || _size > maxSize)
            Forget(_order.Dequeue());
        // Those that have left the log before their turn.
        if (_order.Count > (2 * _count) + 16)
            Compact();
    }

    /// <summary>Forgets the message of an entry that leaves the log.</summary>
    public void Forget(LogEntry entry)
    {
        if (entry.Message is not { } message)
            return;
        entry.Message = null;
        _count--;
        _size -= message.Content.Length;
    }

    void Compact()
    {
        for (var left = _order.Count; left > 0; left--)
        {
            if (_order.Dequeue() is { Message: not null } entry)
                _order.Enqueue(entry);
        }
    }
}

using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Receiving;

/// <summary>The newest messages that were received, by hash.</summary>
/// <remarks>
/// When there are too many, those of the earliest time make room, and stores are no longer asked for what is as old: at-most-once delivery
/// takes priority over completeness.
/// </remarks>
/// <param name="capacity">How many are remembered, at least 1.</param>
internal sealed class ReceivedHashes(int capacity)
{
    /// <summary>How far a sender's clock may be ahead (64/WAKU2-NETWORK §Invalid timestamp), in nanoseconds: later times count as that.</summary>
    public const long MaxAhead = 20_000_000_000;

    const int BatchSize = 256;

    readonly HashSet<MessageHash> _hashes = [];
    readonly PriorityQueue<MessageHash, long> _earliest = new();

    /// <summary>The latest time of a message that has made room, in nanoseconds since 1970 UTC: up to it nothing is known for sure.</summary>
    public long Floor { get; private set; } = long.MinValue;

    /// <summary>The time at which a message counts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time now, in nanoseconds since 1970 UTC.</param>
    public static long TimeOf(WakuMessage message, long now) => Math.Min(message.Timestamp ?? now, now + MaxAhead);

    /// <summary>Remembers a message; false when it is known already.</summary>
    /// <param name="hash">The message's hash.</param>
    /// <param name="time">Its time, in nanoseconds since 1970 UTC.</param>
    public bool TryAdd(MessageHash hash, long time)
    {
        if (!_hashes.Add(hash))
            return false;
        _earliest.Enqueue(hash, time);
        if (_hashes.Count > capacity)
            RemoveEarliest();
        return true;
    }

    /// <summary>Whether a message is known.</summary>
    public bool Contains(MessageHash hash) => _hashes.Contains(hash);

    /// <summary>Remembers what a history has kept.</summary>
    public void Add(ReceivingJournal.Topic history)
    {
        foreach (var batch in history.Batches)
        {
            foreach (var hash in batch.Hashes)
                TryAdd(hash, batch.Time);
        }
        Floor = Math.Max(Floor, history.Floor);
    }

    /// <summary>All that are known by ascending time, some hundred together.</summary>
    public ReceivingJournal.Batch[] ToBatches() =>
        [.. _earliest.UnorderedItems
            .OrderBy(known => known.Priority)
            .Chunk(BatchSize)
            .Select(known => new ReceivingJournal.Batch(known[^1].Priority, [.. known.Select(one => one.Element)]))];

    void RemoveEarliest()
    {
        _earliest.TryDequeue(out var hash, out var time);
        _hashes.Remove(hash);
        Floor = Math.Max(Floor, time);
    }
}

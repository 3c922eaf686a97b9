using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Receiving;

/// <summary>The newest messages that were received, by hash. For any number of threads.</summary>
/// <remarks>
/// When there are too many, those of the earliest time make room, and stores are not asked for what is as old any more: that a message
/// comes once goes before that it comes at all.
/// </remarks>
/// <param name="capacity">How many are remembered, at least 1.</param>
internal sealed class ReceivedHashes(int capacity)
{
    /// <summary>How far a sender's clock may be ahead (64/WAKU2-NETWORK §Invalid timestamp), in nanoseconds: later times count as that.</summary>
    public const long MaxAhead = 20_000_000_000;

    readonly Lock _gate = new();
    readonly HashSet<MessageHash> _hashes = [];
    readonly PriorityQueue<MessageHash, long> _earliest = new();
    long _floor = long.MinValue;

    /// <summary>The latest time of a message that has made room, in nanoseconds since 1970 UTC: up to it nothing is known for sure.</summary>
    public long Floor
    {
        get
        {
            lock (_gate)
                return _floor;
        }
    }

    /// <summary>The time at which a message counts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time now, in nanoseconds since 1970 UTC.</param>
    public static long TimeOf(WakuMessage message, long now) => Math.Min(message.Timestamp ?? now, now + MaxAhead);

    /// <summary>Remembers a message; false when it is known already.</summary>
    /// <param name="hash">The message's hash.</param>
    /// <param name="time">Its time, in nanoseconds since 1970 UTC.</param>
    public bool TryAdd(MessageHash hash, long time)
    {
        lock (_gate)
        {
            if (!_hashes.Add(hash))
                return false;
            _earliest.Enqueue(hash, time);
            if (_hashes.Count > capacity)
                RemoveEarliest();
            return true;
        }
    }

    /// <summary>Whether a message is known.</summary>
    public bool Contains(MessageHash hash)
    {
        lock (_gate)
            return _hashes.Contains(hash);
    }

    /// <summary>Nothing is known for sure up to a time.</summary>
    public void Raise(long floor)
    {
        lock (_gate)
            _floor = Math.Max(_floor, floor);
    }

    /// <summary>All that are known with their times, in no order.</summary>
    public (MessageHash Hash, long Time)[] ToArray()
    {
        lock (_gate)
            return [.. _earliest.UnorderedItems];
    }

    void RemoveEarliest()
    {
        _earliest.TryDequeue(out var hash, out var time);
        _hashes.Remove(hash);
        _floor = Math.Max(_floor, time);
    }
}

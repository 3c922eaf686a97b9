using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Receiving;

/// <summary>The newest messages that were received, by hash; the oldest make room. For any number of threads.</summary>
/// <param name="capacity">How many are remembered, at least 1.</param>
internal sealed class ReceivedHashes(int capacity)
{
    readonly Lock _gate = new();
    readonly HashSet<MessageHash> _hashes = [];
    readonly Queue<MessageHash> _order = [];

    /// <summary>Remembers a message; false when it is known already.</summary>
    public bool TryAdd(MessageHash hash)
    {
        lock (_gate)
        {
            if (!_hashes.Add(hash))
                return false;
            _order.Enqueue(hash);
            if (_order.Count > capacity)
                _hashes.Remove(_order.Dequeue());
            return true;
        }
    }

    /// <summary>Whether a message is known.</summary>
    public bool Contains(MessageHash hash)
    {
        lock (_gate)
            return _hashes.Contains(hash);
    }

    /// <summary>All that are known, the oldest first.</summary>
    public MessageHash[] ToArray()
    {
        lock (_gate)
            return [.. _order];
    }
}

using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Remembers for a while how many peers each pushed message was sent to, so that a repeated push is answered as the first was. Pure.</summary>
/// <remarks>Gossipsub sends a message once: without this a client whose answer was lost would learn that there are no peers.</remarks>
/// <param name="capacity">The most messages that are remembered; then the oldest are forgotten.</param>
internal sealed class RecentPublishes(int capacity)
{
    /// <summary>How long a message is remembered: the seen window of gossipsub.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    readonly Dictionary<MessageHash, uint> _counts = [];
    readonly Queue<(MessageHash Hash, TimeSpan At)> _order = new();

    public int Count => _counts.Count;

    /// <summary>Finds how many peers a message was sent to; 0: it was tried, and there was none.</summary>
    public bool TryFind(MessageHash hash, TimeSpan now, out uint peers)
    {
        while (_order.TryPeek(out var oldest) && now - oldest.At >= Window)
            _counts.Remove(_order.Dequeue().Hash);
        return _counts.TryGetValue(hash, out peers);
    }

    /// <summary>A message was sent to so many peers. A later number replaces an earlier one.</summary>
    public void Add(MessageHash hash, uint peers, TimeSpan now)
    {
        if (!_counts.ContainsKey(hash))
        {
            if (_counts.Count >= capacity)
                _counts.Remove(_order.Dequeue().Hash);
            _order.Enqueue((hash, now));
        }
        _counts[hash] = peers;
    }
}

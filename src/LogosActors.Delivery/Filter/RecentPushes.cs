using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>Remembers for a while which messages were pushed to whom, so that each subscriber gets a message once. Pure.</summary>
/// <remarks>Unlike the Nim reference's, the memory is per subscriber: who subscribes after a message was pushed gets it when it is relayed again.</remarks>
/// <param name="capacity">The most messages that are remembered; then the oldest are forgotten.</param>
internal sealed class RecentPushes(int capacity)
{
    /// <summary>How long a message is remembered (Nim reference, <c>MessageCacheTTL</c>; the seen window of gossipsub).</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    readonly Dictionary<MessageHash, FilterSubscriber[]> _pushed = [];
    readonly Queue<(MessageHash Hash, TimeSpan At)> _order = new();

    public int Count => _pushed.Count;

    /// <summary>Selects who has not got a message within <see cref="Window"/>, and remembers that they have from now on.</summary>
    public FilterSubscriber[] Select(MessageHash hash, FilterSubscriber[] subscribers, TimeSpan now)
    {
        Forget(now);
        if (!_pushed.TryGetValue(hash, out var earlier))
        {
            if (_pushed.Count >= capacity)
                _pushed.Remove(_order.Dequeue().Hash);
            _pushed.Add(hash, subscribers);
            _order.Enqueue((hash, now));
            return subscribers;
        }
        if (earlier == subscribers)
            return [];
        var late = Array.FindAll(subscribers, subscriber => !HasGot(earlier, subscriber.Peer));
        if (late.Length > 0)
            _pushed[hash] = [.. earlier, .. late];
        return late;
    }

    // By peer: a subscription that was ended and begun again is another object.
    static bool HasGot(FilterSubscriber[] earlier, PeerId peer) => Array.Exists(earlier, other => other.Peer == peer);

    void Forget(TimeSpan now)
    {
        while (_order.TryPeek(out var oldest) && now - oldest.At >= Window)
            _pushed.Remove(_order.Dequeue().Hash);
    }
}

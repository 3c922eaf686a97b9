namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The messages of the last heartbeats, to gossip about and to send on IWANT (spec v1.0 §Message Cache).</summary>
/// <param name="historyLength">mcache_len: how many heartbeats a message stays.</param>
/// <param name="historyGossip">mcache_gossip: how many of those are gossiped about.</param>
/// <param name="capacity">The most bytes of encoded messages; the oldest give way.</param>
internal sealed class MessageCache(int historyLength, int historyGossip, long capacity)
{
    /// <summary>How many messages a heartbeat drops at once; the rest go by twos as others come, so that it holds up nobody for long.</summary>
    const int AtOnce = 1024;

    readonly Dictionary<MessageId, GossipMessage> _messages = [];
    readonly Queue<GossipMessage> _order = new();
    readonly int[] _windows = new int[historyLength]; // messages put in each window, the newest first
    long _size;
    int _late; // messages that have left the last window and are still here, the first of the order

    public int Count => _messages.Count;

    /// <summary>Bytes of encoded messages.</summary>
    public long Size => _size;

    /// <returns>False when the id is in the cache already.</returns>
    public bool Put(GossipMessage message)
    {
        if (!_messages.TryAdd(message.Id, message))
            return false;
        _order.Enqueue(message);
        _windows[0]++;
        _size += message.Encoded.Length;
        DropLate(2);
        while (_size > capacity && _order.Count > 1)
            RemoveOldest();
        return true;
    }

    public bool TryGet(in MessageId id, out GossipMessage message) => _messages.TryGetValue(id, out message!);

    /// <summary>Counts one sending of a message to a peer that asked for it.</summary>
    /// <param name="peer">Who asked.</param>
    /// <param name="id">What for.</param>
    /// <param name="most">gossip_retransmission: how often the peer may have it.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when the message is gone, or the peer has had it too often.</returns>
    public bool TryRetransmit(GossipsubPeer peer, in MessageId id, int most, out GossipMessage message) =>
        TryGet(id, out message) && message.CountRetransmission(peer) <= most;

    /// <summary>Adds the ids of the topic's messages of the last <c>mcache_gossip</c> heartbeats.</summary>
    public void CollectGossip(string topic, List<MessageId> ids)
    {
        var skip = _order.Count;
        for (var i = 0; i < historyGossip; i++)
            skip -= _windows[i];
        foreach (var message in _order)
        {
            if (skip-- <= 0 && string.Equals(message.Topic, topic, StringComparison.Ordinal))
                ids.Add(message.Id);
        }
    }

    /// <summary>Begins a new window and drops the messages of the oldest: where there are very many, some of them by the next heartbeat.</summary>
    public void Shift()
    {
        DropLate(_late);
        _late = _windows[^1];
        DropLate(AtOnce);
        Array.Copy(_windows, 0, _windows, 1, _windows.Length - 1);
        _windows[0] = 0;
    }

    void DropLate(int most)
    {
        for (; most > 0 && _late > 0; most--)
            RemoveOldest();
    }

    void RemoveOldest()
    {
        var message = _order.Dequeue();
        _messages.Remove(message.Id);
        _size -= message.Encoded.Length;
        if (_late > 0)
        {
            _late--;
            return;
        }
        for (var i = _windows.Length - 1; i >= 0; i--)
        {
            if (_windows[i] == 0)
                continue;
            _windows[i]--;
            return;
        }
    }
}

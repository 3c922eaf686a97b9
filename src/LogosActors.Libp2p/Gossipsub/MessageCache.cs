using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The messages of the last heartbeats, to gossip about and to send on IWANT (spec v1.0 §Message Cache).</summary>
/// <remarks>Most are never asked for: one that is gets an object again; see <see cref="IdRing{TValue}"/>.</remarks>
/// <param name="historyLength">mcache_len: how many heartbeats a message stays.</param>
/// <param name="historyGossip">mcache_gossip: how many of those are gossiped about.</param>
/// <param name="capacity">The most bytes of encoded messages; the oldest give way.</param>
internal sealed class MessageCache(int historyLength, int historyGossip, long capacity)
{
    [StructLayout(LayoutKind.Auto)]
    struct Entry
    {
        public EncodedMessage Message;
        public MessageSenders Senders;
        public Dictionary<GossipsubPeer, int>? Retransmissions;
    }

    /// <summary>How many pairs of a message and a peer that asked for it are counted; then those that are not are refused.</summary>
    public const int MaxRetransmissions = 128 * 1024;

    /// <summary>How many messages a heartbeat drops at once; the rest go by twos as others come, so that it holds up nobody for long.</summary>
    const int AtOnce = 1024;

    readonly IdRing<Entry> _messages = new();
    readonly int[] _windows = new int[historyLength]; // messages put in each window, the newest first
    long _size;
    int _asked; // entries of all Retransmissions
    int _late; // messages that have left the last window and are still here, the oldest

    public int Count => _messages.Count;

    /// <summary>Bytes of encoded messages.</summary>
    public long Size => _size;

    /// <returns>False when the id is in the cache already.</returns>
    public bool Put(GossipMessage message)
    {
        if (!Unsafe.IsNullRef(ref _messages.Find(message.Content.Id)))
            return false;
        ref var entry = ref _messages.Add(message.Content.Id);
        (entry.Message, entry.Senders) = (message.Content, message.Senders);
        _windows[0]++;
        _size += message.Encoded.Length;
        DropLate(2);
        while (_size > capacity && Count > 1)
            RemoveOldest();
        return true;
    }

    public bool TryGet(in MessageId id, [NotNullWhen(true)] out GossipMessage? message)
    {
        ref var entry = ref _messages.Find(id);
        message = Unsafe.IsNullRef(ref entry) ? null : new GossipMessage(entry.Message, entry.Senders);
        return message is not null;
    }

    /// <summary>Notes that a peer has sent a message that is in the cache.</summary>
    /// <returns>False when it is not, or <see cref="MessageSenders.Note"/> says so.</returns>
    public bool NoteSender(in MessageId id, GossipsubPeer peer)
    {
        ref var entry = ref _messages.Find(id);
        return !Unsafe.IsNullRef(ref entry) && entry.Senders.Note(peer);
    }

    /// <summary>Counts one sending of a message to a peer that asked for it.</summary>
    /// <param name="peer">Who asked.</param>
    /// <param name="id">What for.</param>
    /// <param name="most">gossip_retransmission: how often the peer may have it.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when the message is gone, or the peer has had it too often.</returns>
    public bool TryRetransmit(GossipsubPeer peer, in MessageId id, int most, [NotNullWhen(true)] out GossipMessage? message)
    {
        message = null;
        ref var entry = ref _messages.Find(id);
        if (Unsafe.IsNullRef(ref entry) || (_asked >= MaxRetransmissions && entry.Retransmissions?.ContainsKey(peer) != true))
            return false;
        ref var times = ref CollectionsMarshal.GetValueRefOrAddDefault(entry.Retransmissions ??= [], peer, out var isKnown);
        _asked += isKnown ? 0 : 1;
        return ++times <= most && TryGet(id, out message);
    }

    /// <summary>Adds the ids of the topic's messages of the last <c>mcache_gossip</c> heartbeats.</summary>
    public void CollectGossip(string topic, List<MessageId> ids)
    {
        var first = Count;
        for (var i = 0; i < historyGossip; i++)
            first -= _windows[i];
        for (var i = first; i < Count; i++)
        {
            if (string.Equals(_messages.At(i, out var id).Message.Topic, topic, StringComparison.Ordinal))
                ids.Add(id);
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
        _size -= _messages.Oldest.Message.Bytes.Length;
        _asked -= _messages.Oldest.Retransmissions?.Count ?? 0;
        _messages.RemoveOldest();
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

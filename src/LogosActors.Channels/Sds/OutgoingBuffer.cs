using System.Diagnostics.CodeAnalysis;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>A message of ours that is not acknowledged yet.</summary>
internal sealed class OutgoingMessage(SdsMessage message, BloomKey key, bool isAmbiguous) : Timed
{
    /// <summary>The message.</summary>
    public SdsMessage Message { get; } = message;

    /// <summary>Its id, as bloom filters know it.</summary>
    public BloomKey Key { get; } = key;

    /// <summary>Whether a filter held its id before it was sent, so that no filter tells anything about it.</summary>
    public bool IsAmbiguous { get; } = isAmbiguous;

    /// <summary>How often it was sent again.</summary>
    public int Retransmissions { get; set; }

    /// <summary>How many filters have held it; more than 0: it is possibly acknowledged.</summary>
    public int Evidence { get; set; }
}

/// <summary>The messages of ours that are not acknowledged yet (SDS §Participant state).</summary>
/// <remarks>A causal history is reviewed at O(1) a name, a filter at a few memory reads a message: most misses show at the first bit.</remarks>
internal sealed class OutgoingBuffer(int maxCount, long maxSize)
{
    readonly Dictionary<string, OutgoingMessage> _messages = new(StringComparer.Ordinal);
    readonly Deadlines<OutgoingMessage> _deadlines = new();
    long _size;

    /// <summary>How many there are.</summary>
    public int Count => _messages.Count;

    /// <summary>When the first is due to be sent again, or given up.</summary>
    public long Next => _deadlines.Next;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<OutgoingMessage> All => _messages.Values;

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom(int size) => HasRoom(1, size);

    /// <summary>Whether there is room for so many more, of that size together.</summary>
    public bool HasRoom(int count, int size) => _messages.Count + count <= maxCount && _size + size <= maxSize;

    /// <summary>Whether a message is there.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out OutgoingMessage? message) => _messages.TryGetValue(id, out message);

    /// <summary>Adds a message, due at some time.</summary>
    public void Add(OutgoingMessage message, long due)
    {
        _messages.Add(message.Message.MessageId, message);
        _size += message.Message.Content.Length;
        _deadlines.Set(message, due);
    }

    /// <summary>Changes when a message is due.</summary>
    public void Schedule(OutgoingMessage message, long due) => _deadlines.Set(message, due);

    /// <summary>A message that is due; it is not due again until it is scheduled.</summary>
    public OutgoingMessage? TakeDue(long now) => _deadlines.TakeDue(now);

    /// <summary>Takes a message out.</summary>
    public void Remove(string id)
    {
        if (!_messages.Remove(id, out var message))
            return;
        _size -= message.Message.Content.Length;
        _deadlines.Remove(message);
    }

    /// <summary>Adds those that a filter may hold to a list.</summary>
    public void Find(BloomFilter filter, List<OutgoingMessage> found)
    {
        foreach (var message in _messages.Values)
        {
            if (!message.IsAmbiguous && filter.MayContain(message.Key))
                found.Add(message);
        }
    }
}

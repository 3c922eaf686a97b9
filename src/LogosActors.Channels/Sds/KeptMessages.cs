using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Channels.Sds;

/// <summary>Whole messages that others may miss: received ones, and our own once they are acknowledged or given up (SDS §SDS-R participant state: augmented
/// local history).</summary>
/// <remarks>The longest kept go first, when there are too many or they are too large together. Our own are in the outgoing buffer before: what is held back there
/// must not take the place of what was sent.</remarks>
internal sealed class KeptMessages(int maxCount, long maxSize)
{
    // Most channels are idle.
    Dictionary<string, SdsMessage>? _messages;
    Queue<string>? _order;
    long _size;

    /// <summary>The messages, the longest kept first.</summary>
    public IEnumerable<SdsMessage> All => _order is null ? [] : _order.Select(id => _messages![id]);

    /// <summary>Finds a message.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out SdsMessage? message)
    {
        message = null;
        return _messages?.TryGetValue(id, out message) is true;
    }

    /// <summary>Keeps a message.</summary>
    public void Keep(SdsMessage message)
    {
        if (maxCount == 0 || message.Content.Length > maxSize || !(_messages ??= new(StringComparer.Ordinal)).TryAdd(message.MessageId, message))
            return;
        (_order ??= new()).Enqueue(message.MessageId);
        _size += message.Content.Length;
        while (_order.Count > maxCount || _size > maxSize)
        {
            if (_messages.Remove(_order.Dequeue(), out var oldest))
                _size -= oldest.Content.Length;
        }
    }
}

using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Filter;

/// <summary>The hashes of the messages that were pushed last.</summary>
/// <param name="capacity">How many are remembered.</param>
internal sealed class SeenPushes(int capacity)
{
    readonly HashSet<MessageHash> _known = [];
    readonly Queue<MessageHash> _order = new();

    /// <summary>Whether somebody has pushed a message.</summary>
    public bool Contains(MessageHash hash) => _known.Contains(hash);

    /// <summary>Whether nobody has pushed a message before; it is remembered.</summary>
    public bool IsNew(MessageHash hash)
    {
        if (!_known.Add(hash))
            return false;
        _order.Enqueue(hash);
        if (_order.Count > capacity)
            _known.Remove(_order.Dequeue());
        return true;
    }
}

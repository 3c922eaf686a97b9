using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A table of bounded size: what was used longest ago makes room.</summary>
/// <param name="capacity">How many entries there are at most.</param>
/// <param name="evicted">Called with each value that makes room or is replaced.</param>
internal sealed class RecentTable<TKey, TValue>(int capacity, Action<TValue>? evicted = null)
    where TKey : notnull
{
    readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];
    readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The values, the one used longest ago first.</summary>
    public IEnumerable<TValue> Values => _order.Select(entry => entry.Value);

    /// <summary>Finds a value, which counts as using it.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_entries.TryGetValue(key, out var node))
            return false;
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces a value.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_entries.Remove(key, out var before))
        {
            _order.Remove(before);
            evicted?.Invoke(before.Value.Value);
        }
        else if (_entries.Count >= capacity)
        {
            var oldest = _order.First!.Value;
            _order.RemoveFirst();
            _entries.Remove(oldest.Key);
            evicted?.Invoke(oldest.Value);
        }
        _entries.Add(key, _order.AddLast((key, value)));
    }

    /// <summary>Removes a value.</summary>
    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_entries.Remove(key, out var node))
            return false;
        _order.Remove(node);
        value = node.Value.Value;
        return true;
    }
}

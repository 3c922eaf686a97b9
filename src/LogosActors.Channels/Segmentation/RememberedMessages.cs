using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Channels.Segmentation;

/// <summary>The latest messages that are complete.</summary>
/// <param name="capacity">How many there may be.</param>
internal sealed class RememberedMessages(int capacity)
{
    readonly Dictionary<MessageKey, LinkedListNode<ReassemblyEvent.MessageCompleted>> _byKey = [];
    readonly LinkedList<ReassemblyEvent.MessageCompleted> _oldestFirst = new();

    /// <summary>All of them, the oldest first.</summary>
    public IEnumerable<ReassemblyEvent.MessageCompleted> All => _oldestFirst;

    /// <summary>Whether a message is complete.</summary>
    public bool TryGet(MessageKey key, [NotNullWhen(true)] out ReassemblyEvent.MessageCompleted? completed)
    {
        completed = _byKey.GetValueOrDefault(key)?.Value;
        return completed is not null;
    }

    /// <summary>A message is complete; the oldest makes room.</summary>
    public void Add(ReassemblyEvent.MessageCompleted completed)
    {
        if (_byKey.Remove(completed.Key, out var earlier))
            _oldestFirst.Remove(earlier);
        _byKey.Add(completed.Key, _oldestFirst.AddLast(completed));
        if (_byKey.Count <= capacity)
            return;
        _byKey.Remove(_oldestFirst.First!.Value.Key);
        _oldestFirst.RemoveFirst();
    }
}

namespace LogosActors.Channels.Sds;

/// <summary>Missing messages that nobody waits for any more, though they have not come.</summary>
/// <remarks>Bounded: the longest known goes first. A message that names one that is forgotten waits for it again.</remarks>
internal sealed class MetIds(int capacity)
{
    readonly Dictionary<string, Reason> _ids = new(StringComparer.Ordinal);
    readonly Queue<string> _order = [];

    /// <summary>Why nobody waits.</summary>
    public enum Reason
    {
        /// <summary>It is not one of them.</summary>
        None,

        /// <summary>It has not come in time. When it comes after all, it is delivered.</summary>
        Lost,

        /// <summary>It is from before we joined. When it comes after all and was sent before, it is not delivered.</summary>
        FromBefore,

        /// <summary>What it carries was rebuilt. It is never delivered.</summary>
        Resolved,
    }

    /// <summary>All of them, the longest known first.</summary>
    public IEnumerable<(string Id, Reason Reason)> All => _order.Select(id => (id, _ids[id]));

    /// <summary>Why nobody waits for that one.</summary>
    public Reason this[string id] => _ids.GetValueOrDefault(id);

    /// <summary>Nobody waits for it any more.</summary>
    public void Add(string id, Reason reason)
    {
        if (_ids.TryAdd(id, reason))
            _order.Enqueue(id);
        else
            _ids[id] = reason;
        while (_order.Count > capacity)
            _ids.Remove(_order.Dequeue());
    }
}

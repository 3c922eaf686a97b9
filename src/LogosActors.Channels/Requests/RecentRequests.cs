namespace LogosActors.Channels.Requests;

/// <summary>The names of the latest requests, so that one whose answer was lost is not sent twice.</summary>
/// <param name="capacity">How many.</param>
internal sealed class RecentRequests(int capacity)
{
    readonly HashSet<string> _names = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    /// <summary>All of them, the oldest first.</summary>
    public IEnumerable<string> All => _order;

    /// <summary>Whether a request is one of them.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Adds a request; the oldest makes room.</summary>
    public void Add(string name)
    {
        if (!_names.Add(name))
            return;
        _order.Enqueue(name);
        if (_order.Count > capacity)
            _names.Remove(_order.Dequeue());
    }
}

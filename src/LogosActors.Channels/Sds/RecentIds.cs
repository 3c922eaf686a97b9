namespace LogosActors.Channels.Sds;

/// <summary>The last few ids, so that an ephemeral message that is written in two dialects comes once.</summary>
internal sealed class RecentIds(int capacity)
{
    readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    /// <summary>Adds an id.</summary>
    /// <returns>Whether it was not there.</returns>
    public bool Add(string id)
    {
        if (!_ids.Add(id))
            return false;
        _order.Enqueue(id);
        if (_order.Count > capacity)
            _ids.Remove(_order.Dequeue());
        return true;
    }
}

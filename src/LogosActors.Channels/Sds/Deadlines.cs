namespace LogosActors.Channels.Sds;

/// <summary>Something that is due at some time.</summary>
internal abstract class Timed
{
    /// <summary>In Unix ms.</summary>
    public long Due { get; internal set; } = long.MaxValue;

    internal int Place { get; set; } = -1;

    /// <summary>Which was added first.</summary>
    internal long Order { get; set; }

    internal bool IsBefore(Timed other) => Due < other.Due || (Due == other.Due && Order < other.Order);
}

/// <summary>What is due next: a binary heap whose members know their place, so that any can be moved or taken out.</summary>
/// <remarks>
/// Of those that are due at the same time the one that was added first goes first: messages that are sent again arrive in their causal order,
/// and a receiver whose buffer is full can deliver each at once. Every change costs O(log n).
/// </remarks>
internal sealed class Deadlines<T>
    where T : Timed
{
    readonly List<T> _heap = [];
    long _added;

    /// <summary>When the first is due, in Unix ms; <see cref="long.MaxValue"/>: there is none.</summary>
    public long Next => _heap.Count > 0 ? _heap[0].Due : long.MaxValue;

    /// <summary>Sets when it is due; at <see cref="long.MaxValue"/> it never is.</summary>
    public void Set(T item, long due)
    {
        item.Due = due;
        if (due == long.MaxValue)
        {
            Remove(item);
            return;
        }
        if (item.Order == 0)
            item.Order = ++_added;
        if (item.Place < 0)
        {
            item.Place = _heap.Count;
            _heap.Add(item);
        }
        Down(Up(item.Place));
    }

    /// <summary>Takes it out, if it is in.</summary>
    public void Remove(T item)
    {
        var place = item.Place;
        if (place < 0)
            return;
        item.Place = -1;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (ReferenceEquals(last, item))
            return;
        Put(place, last);
        Down(Up(place));
    }

    /// <summary>Takes the first out, if it is due.</summary>
    public T? TakeDue(long now)
    {
        if (_heap.Count == 0 || Next > now)
            return null;
        var first = _heap[0];
        Remove(first);
        return first;
    }

    int Up(int place)
    {
        var item = _heap[place];
        while (place > 0 && item.IsBefore(_heap[(place - 1) / 2]))
        {
            Put(place, _heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        Put(place, item);
        return place;
    }

    void Down(int place)
    {
        var item = _heap[place];
        for (var child = (2 * place) + 1; child < _heap.Count; child = (2 * place) + 1)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].IsBefore(_heap[child]))
                child++;
            if (!_heap[child].IsBefore(item))
                break;
            Put(place, _heap[child]);
            place = child;
        }
        Put(place, item);
    }

    void Put(int place, T item) => (_heap[place], item.Place) = (item, place);
}

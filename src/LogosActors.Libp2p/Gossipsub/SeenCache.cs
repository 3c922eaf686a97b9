using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What became of a message that was seen.</summary>
internal enum SeenStatus : byte
{
    /// <summary>Never seen, or forgotten.</summary>
    Unknown,

    /// <summary>Its validation is under way.</summary>
    Pending,

    Accepted,

    Rejected,

    Ignored,
}

/// <summary>The ids of recent messages, forgotten in the order of their arrival (spec v1.0 §Message Cache, "seen").</summary>
/// <remarks>A ring of structs chained by hash: no object per message. Every call is O(1).</remarks>
/// <param name="ttl">How long an id is remembered.</param>
/// <param name="capacity">How many ids at most; the oldest give way before their time.</param>
internal sealed class SeenCache(TimeSpan ttl, int capacity)
{
    [StructLayout(LayoutKind.Auto)]
    struct Entry
    {
        public MessageId Id;
        public TimeSpan Seen;
        public TimeSpan Decided;
        public int Next;
        public SeenStatus Status;
    }

    const int InitialSize = 256;

    Entry[] _ring = new Entry[Math.Min(InitialSize, capacity)];
    int[] _buckets = NewBuckets(Math.Min(InitialSize, capacity));
    int _head;

    public int Count { get; private set; }

    /// <summary>What became of the message, and when that was decided.</summary>
    public SeenStatus Find(in MessageId id, out TimeSpan decided)
    {
        var index = IndexOf(id);
        decided = index < 0 ? default : _ring[index].Decided;
        return index < 0 ? SeenStatus.Unknown : _ring[index].Status;
    }

    public bool Contains(in MessageId id) => IndexOf(id) >= 0;

    /// <summary>Remembers a message that is not in the cache.</summary>
    public void Add(in MessageId id, SeenStatus status, TimeSpan now)
    {
        Expire(now);
        if (Count == _ring.Length)
        {
            if (_ring.Length < capacity)
                Grow();
            else
                RemoveOldest();
        }
        var index = (_head + Count++) % _ring.Length;
        ref var entry = ref _ring[index];
        (entry.Id, entry.Seen, entry.Decided, entry.Status) = (id, now, now, status);
        Link(index);
    }

    /// <summary>Notes what became of the message, if it is remembered.</summary>
    public void Decide(in MessageId id, SeenStatus status, TimeSpan now)
    {
        if (IndexOf(id) is var index and >= 0)
            (_ring[index].Status, _ring[index].Decided) = (status, now);
    }

    /// <summary>Forgets what is older than the TTL.</summary>
    public void Expire(TimeSpan now)
    {
        while (Count > 0 && _ring[_head].Seen + ttl <= now)
            RemoveOldest();
    }

    static int[] NewBuckets(int size)
    {
        var buckets = new int[size];
        Array.Fill(buckets, -1);
        return buckets;
    }

    ref int Bucket(in MessageId id) => ref _buckets[(uint)id.GetHashCode() % (uint)_buckets.Length];

    int IndexOf(in MessageId id)
    {
        var index = Bucket(id);
        while (index >= 0 && !_ring[index].Id.Equals(id))
            index = _ring[index].Next;
        return index;
    }

    void Link(int index)
    {
        ref var bucket = ref Bucket(_ring[index].Id);
        _ring[index].Next = bucket;
        bucket = index;
    }

    void RemoveOldest()
    {
        ref var link = ref Bucket(_ring[_head].Id);
        while (link != _head)
            link = ref _ring[link].Next;
        link = _ring[_head].Next;
        _head = (_head + 1) % _ring.Length;
        Count--;
    }

    void Grow()
    {
        var grown = new Entry[(int)Math.Min(_ring.Length * 2L, capacity)];
        for (var i = 0; i < Count; i++)
            grown[i] = _ring[(_head + i) % _ring.Length];
        (_ring, _head, _buckets) = (grown, 0, NewBuckets(grown.Length));
        for (var i = 0; i < Count; i++)
            Link(i);
    }
}

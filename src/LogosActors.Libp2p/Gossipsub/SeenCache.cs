using System.Runtime.CompilerServices;
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
/// <remarks>Every call is O(1), no object per message: see <see cref="IdRing{TValue}"/>.</remarks>
/// <param name="ttl">How long an id is remembered.</param>
/// <param name="capacity">How many ids at most; the oldest give way before their time.</param>
internal sealed class SeenCache(TimeSpan ttl, int capacity)
{
    [StructLayout(LayoutKind.Auto)]
    record struct Entry(TimeSpan Seen, TimeSpan Decided, SeenStatus Status);

    readonly IdRing<Entry> _ids = new();

    public int Count => _ids.Count;

    /// <summary>What became of the message, and when that was decided.</summary>
    public SeenStatus Find(in MessageId id, out TimeSpan decided)
    {
        ref var entry = ref _ids.Find(id);
        var isKnown = !Unsafe.IsNullRef(ref entry);
        decided = isKnown ? entry.Decided : default;
        return isKnown ? entry.Status : SeenStatus.Unknown;
    }

    public bool Contains(in MessageId id) => !Unsafe.IsNullRef(ref _ids.Find(id));

    /// <summary>Remembers a message that is not in the cache.</summary>
    public void Add(in MessageId id, SeenStatus status, TimeSpan now)
    {
        Expire(now);
        if (Count == capacity)
            _ids.RemoveOldest();
        _ids.Add(id) = new Entry(now, now, status);
    }

    /// <summary>Notes what became of the message, if it is remembered.</summary>
    public void Decide(in MessageId id, SeenStatus status, TimeSpan now)
    {
        ref var entry = ref _ids.Find(id);
        if (!Unsafe.IsNullRef(ref entry))
            (entry.Status, entry.Decided) = (status, now);
    }

    /// <summary>Forgets what is older than the TTL.</summary>
    public void Expire(TimeSpan now)
    {
        while (Count > 0 && _ids.Oldest.Seen + ttl <= now)
            _ids.RemoveOldest();
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Values by message id, in the order in which they were added: the oldest goes first.</summary>
/// <remarks>
/// A ring of structs chained by hash: no object per message, which the garbage collector would have to copy, since messages stay longer
/// than its youngest generation. Every call is O(1). References to values hold until the next <see cref="Add"/> or <see cref="RemoveOldest"/>.
/// </remarks>
internal sealed class IdRing<TValue>
    where TValue : struct
{
    [StructLayout(LayoutKind.Auto)]
    struct Entry
    {
        public MessageId Id;
        public int Next;
        public TValue Value;
    }

    const int None = -1;
    const int InitialSize = 64;

    // Both are of one size, a power of two.
    Entry[] _ring = [];
    int[] _buckets = [];
    int _head;

    public int Count { get; private set; }

    /// <summary>The value of the oldest id; there must be one.</summary>
    public ref TValue Oldest => ref _ring[_head].Value;

    /// <summary>What was added after so many others that are here still, with its id.</summary>
    public ref TValue At(int index, out MessageId id)
    {
        ref var entry = ref _ring[Place(index)];
        id = entry.Id;
        return ref entry.Value;
    }

    /// <summary>The value of an id; a null reference when it is not here.</summary>
    public ref TValue Find(in MessageId id)
    {
        if (Count > 0)
        {
            for (var place = Bucket(id); place != None; place = _ring[place].Next)
            {
                ref var entry = ref _ring[place];
                if (entry.Id.Equals(id))
                    return ref entry.Value;
            }
        }
        return ref Unsafe.NullRef<TValue>();
    }

    /// <summary>Adds an id that is not here.</summary>
    /// <returns>Its value, to be set.</returns>
    public ref TValue Add(in MessageId id)
    {
        if (Count == _ring.Length)
            Grow();
        var place = Place(Count++);
        ref var entry = ref _ring[place];
        entry.Id = id;
        Link(place);
        return ref entry.Value;
    }

    /// <summary>Removes the oldest id; there must be one.</summary>
    public void RemoveOldest()
    {
        ref var oldest = ref _ring[_head];
        ref var link = ref Bucket(oldest.Id);
        while (link != _head)
            link = ref _ring[link].Next;
        link = oldest.Next;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TValue>())
            oldest.Value = default;
        _head = Place(1);
        Count--;
    }

    int Place(int index) => (_head + index) & (_ring.Length - 1);

    ref int Bucket(in MessageId id) => ref _buckets[id.GetHashCode() & (_buckets.Length - 1)];

    void Link(int place)
    {
        ref var bucket = ref Bucket(_ring[place].Id);
        _ring[place].Next = bucket;
        bucket = place;
    }

    void Grow()
    {
        var grown = new Entry[Math.Max(InitialSize, (int)BitOperations.RoundUpToPowerOf2((uint)Count + 1))];
        _ring.AsSpan(_head).CopyTo(grown);
        _ring.AsSpan(0, _head).CopyTo(grown.AsSpan(_ring.Length - _head));
        (_ring, _buckets, _head) = (grown, new int[grown.Length], 0);
        Array.Fill(_buckets, None);
        for (var place = 0; place < Count; place++)
            Link(place);
    }
}

using System.Runtime.InteropServices;
using LogosActors.Delivery.Archive;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The ids of messages in their order, with the fingerprint of any run of them. Not thread-safe.</summary>
/// <remarks>Blocks of at most 256 ids with running sums: a rank or a sum is two binary searches, an addition at the end costs as much, and one
/// elsewhere touches one block and a word for each later one. An id takes 80 bytes.</remarks>
internal sealed class OrderedIds
{
    const int BlockSize = 256;
    const int FirstSize = 16;

    readonly List<Block> _blocks = [];

    /// <summary>How many ids there are.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest id; there must be one.</summary>
    public ArchivePosition First => _blocks[0].Ids[0];

    /// <summary>Adds an id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="contentTopic">The message's content topic.</param>
    /// <returns>False: it is there already.</returns>
    public bool Add(ArchivePosition id, string contentTopic)
    {
        var number = Math.Max(0, Math.Min(BlockOf(id), _blocks.Count - 1));
        if (_blocks.Count == 0)
            _blocks.Add(new Block());
        var block = _blocks[number];
        var place = block.Place(id);
        if (place < block.Count && block.Ids[place] == id)
            return false;
        if (block.Count == BlockSize)
        {
            // The newest come last: then a full block stays full, and none is left half empty.
            var isLast = place == BlockSize && number == _blocks.Count - 1;
            _blocks.Insert(number + 1, isLast ? new Block() : block.Split());
            if (place > block.Count || isLast)
                (number, place) = (number + 1, place - block.Count);
        }
        _blocks[number].Insert(place, id, contentTopic);
        Count++;
        SumFrom(number);
        return true;
    }

    /// <summary>Removes all ids before a position.</summary>
    /// <returns>How many.</returns>
    public int RemoveBefore(ArchivePosition bound)
    {
        var whole = BlockOf(bound);
        var removed = whole == 0 ? 0 : _blocks[whole - 1].Before + _blocks[whole - 1].Count;
        _blocks.RemoveRange(0, whole);
        if (_blocks.Count > 0)
        {
            removed += _blocks[0].RemoveFirst(_blocks[0].Place(bound));
            SumFrom(0);
        }
        Count -= removed;
        return removed;
    }

    /// <summary>How many ids are before a position.</summary>
    public int CountBefore(ArchivePosition bound)
    {
        var number = BlockOf(bound);
        return number == _blocks.Count ? Count : _blocks[number].Before + _blocks[number].Place(bound);
    }

    /// <summary>How many ids are not after a position.</summary>
    public int CountThrough(ArchivePosition bound)
    {
        var before = CountBefore(bound);
        return before < Count && this[before].Id == bound ? before + 1 : before;
    }

    /// <summary>The fingerprint of the ids from one rank to another, which is exclusive.</summary>
    public Fingerprint Sum(int start, int end) => SumTo(end) ^ SumTo(start);

    /// <summary>The id of a rank, and its message's content topic.</summary>
    public (ArchivePosition Id, string ContentTopic) this[int rank]
    {
        get
        {
            var block = BlockAt(rank);
            return (block.Ids[rank - block.Before], block.ContentTopics[rank - block.Before]);
        }
    }

    /// <summary>Appends the ids from one rank to another, which is exclusive, to a list.</summary>
    public void AppendTo(List<ArchivePosition> ids, int start, int end)
    {
        while (start < end)
        {
            var block = BlockAt(start);
            var length = Math.Min(end, block.Before + block.Count) - start;
            ids.AddRange(block.Ids.AsSpan(start - block.Before, length));
            start += length;
        }
    }

    Fingerprint SumTo(int rank)
    {
        if (rank == 0)
            return default;
        var block = BlockAt(rank - 1);
        return block.SumBefore ^ block.Sums[rank - 1 - block.Before];
    }

    /// <summary>The first block with an id that is not before a position; their number when there is none.</summary>
    int BlockOf(ArchivePosition bound)
    {
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var block = _blocks[middle];
            if (block.Ids[block.Count - 1] < bound)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    Block BlockAt(int rank)
    {
        var (low, high) = (0, _blocks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_blocks[middle].Before <= rank)
                low = middle;
            else
                high = middle - 1;
        }
        return _blocks[low];
    }

    void SumFrom(int number)
    {
        var (before, sum) = (0, default(Fingerprint));
        if (number > 0)
        {
            var previous = _blocks[number - 1];
            (before, sum) = (previous.Before + previous.Count, previous.SumBefore ^ previous.Total);
        }
        foreach (var block in CollectionsMarshal.AsSpan(_blocks)[number..])
        {
            (block.Before, block.SumBefore) = (before, sum);
            (before, sum) = (before + block.Count, sum ^ block.Total);
        }
    }

    sealed class Block
    {
        public ArchivePosition[] Ids { get; private set; } = new ArchivePosition[FirstSize];

        public string[] ContentTopics { get; private set; } = new string[FirstSize];

        /// <summary>Of each id: the fingerprint of the block's ids up to it.</summary>
        public Fingerprint[] Sums { get; private set; } = new Fingerprint[FirstSize];

        public int Count { get; private set; }

        /// <summary>How many ids earlier blocks have.</summary>
        public int Before { get; set; }

        /// <summary>The fingerprint of earlier blocks.</summary>
        public Fingerprint SumBefore { get; set; }

        public Fingerprint Total => Count == 0 ? default : Sums[Count - 1];

        /// <summary>How many of the block's ids are before a position.</summary>
        public int Place(ArchivePosition bound)
        {
            var place = Ids.AsSpan(0, Count).BinarySearch(bound);
            return place < 0 ? ~place : place;
        }

        public void Insert(int place, ArchivePosition id, string contentTopic)
        {
            if (Count == Ids.Length)
                Resize(Count * 2);
            Ids.AsSpan(place, Count - place).CopyTo(Ids.AsSpan(place + 1));
            ContentTopics.AsSpan(place, Count - place).CopyTo(ContentTopics.AsSpan(place + 1));
            (Ids[place], ContentTopics[place]) = (id, contentTopic);
            Count++;
            AddUpFrom(place);
        }

        /// <summary>Removes the later half, and makes a block of it.</summary>
        public Block Split()
        {
            var half = Count / 2;
            var later = new Block();
            later.Resize(Ids.Length);
            Ids.AsSpan(half, Count - half).CopyTo(later.Ids);
            ContentTopics.AsSpan(half, Count - half).CopyTo(later.ContentTopics);
            later.Count = Count - half;
            later.AddUpFrom(0);
            ContentTopics.AsSpan(half).Clear();
            Count = half;
            return later;
        }

        public int RemoveFirst(int count)
        {
            Ids.AsSpan(count, Count - count).CopyTo(Ids);
            ContentTopics.AsSpan(count, Count - count).CopyTo(ContentTopics);
            Count -= count;
            ContentTopics.AsSpan(Count).Clear();
            AddUpFrom(0);
            return count;
        }

        void AddUpFrom(int place)
        {
            var sum = place == 0 ? default : Sums[place - 1];
            for (var i = place; i < Count; i++)
                Sums[i] = sum ^= Fingerprint.Of(Ids[i].Hash);
        }

        void Resize(int size)
        {
            var (ids, topics, sums) = (Ids, ContentTopics, Sums);
            Array.Resize(ref ids, size);
            Array.Resize(ref topics, size);
            Array.Resize(ref sums, size);
            (Ids, ContentTopics, Sums) = (ids, topics, sums);
        }
    }
}

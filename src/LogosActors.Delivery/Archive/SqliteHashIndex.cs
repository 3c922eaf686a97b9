using System.Buffers.Binary;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>Finds the rows of a SQLite archive by their hashes.</summary>
/// <remarks>
/// <para>Hashes are random: an index that is kept row by row writes a page of 4 KiB for nearly each of them. So the newest
/// entries, a bounded number and a batch, wait in memory, and go to the table <c>hashes</c> slice by slice of the
/// key space, where many of them then share a page. What waits is found again after a crash: each slice says up to which row it
/// is in the table.</para>
/// <para>Changed by one thread at a time, inside its transaction. Read by any: a
/// reader looks here first and begins to read the table after that; what has left the memory meanwhile it finds there.</para>
/// </remarks>
sealed class SqliteHashIndex
{
    const int SliceBits = 7;
    const int Slices = 1 << SliceBits;

    readonly Lock _lock = new();
    readonly Dictionary<long, long>[] _pending = new Dictionary<long, long>[Slices];
    readonly Dictionary<long, long> _added = [];
    readonly List<(long Key, long Id)> _removed = [];
    readonly List<int> _moved = [];
    long _movedTo;
    readonly int _maxPending;
    int _count;
    int _next;

    /// <param name="maxPending">How many entries may wait in memory, not counting those of the last batch.</param>
    public SqliteHashIndex(int maxPending)
    {
        _maxPending = maxPending;
        for (var slice = 0; slice < Slices; slice++)
            _pending[slice] = [];
    }

    /// <summary>The first eight bytes of a hash as a number that is ordered as they are.</summary>
    public static long KeyOf(MessageHash hash)
    {
        Span<byte> bytes = stackalloc byte[MessageHash.Length];
        hash.CopyTo(bytes);
        return KeyOf(bytes);
    }

    /// <inheritdoc cref="KeyOf(MessageHash)"/>
    public static long KeyOf(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadInt64BigEndian(hash) ^ long.MinValue;

    /// <summary>The committed row of that key that waits in memory.</summary>
    public bool TryFindPending(long key, out long id)
    {
        lock (_lock)
            return _pending[SliceOf(key)].TryGetValue(key, out id);
    }

    /// <summary>Forgets everything and reads which rows are not in the table yet.</summary>
    /// <returns>The highest row number that was ever given.</returns>
    public long Load(SqliteSession session)
    {
        var indexedTo = new long[Slices];
        var slices = session.Prepare("SELECT slice, indexed_to FROM hash_slices");
        while (slices.Step())
            indexedTo[slices.Number(0)] = slices.Number(1);
        slices.Reset();
        var second = new List<(long Key, long Id)>();
        lock (_lock)
        {
            Forget();
            var rows = session.Prepare("SELECT id, key FROM messages WHERE id > ?1").Bind(1, indexedTo.Min());
            while (rows.Step())
            {
                var (id, key) = (rows.Number(0), rows.Number(1));
                if (id <= indexedTo[SliceOf(key)])
                    continue;
                if (_pending[SliceOf(key)].TryAdd(key, id))
                    _count++;
                else
                    second.Add((key, id));
            }
            rows.Reset();
        }
        // Which of the rows of a key was in memory is not known any more.
        var add = session.Prepare("INSERT OR IGNORE INTO hashes (key, id) VALUES (?1, ?2)");
        foreach (var (key, id) in second)
            add.Bind(1, key).Bind(2, id).Run();
        return Math.Max(indexedTo.Max(), session.QueryNumber("SELECT coalesce(max(id), 0) FROM messages"));
    }

    /// <summary>Moves slices to the table, in turn, until few enough entries wait. Before the batch's own rows are added.</summary>
    /// <param name="writer">In whose transaction.</param>
    /// <param name="lastId">The last row that was given before this batch.</param>
    public void MoveWhatIsTooMuch(SqliteArchiveWriter writer, long lastId)
    {
        for (var left = _count; left > _maxPending; _next = (_next + 1) % Slices)
        {
            var slice = _pending[_next];
            foreach (var (key, id) in slice.OrderBy(entry => entry.Key))
                writer.AddHash.Bind(1, key).Bind(2, id).Run();
            writer.SetSlice.Bind(1, _next).Bind(2, lastId).Run();
            _moved.Add(_next);
            left -= slice.Count;
        }
        _movedTo = lastId;
    }

    /// <summary>The rows that have a key, as the writer sees them inside its transaction: the hash may still be another one.</summary>
    public void Find(SqliteArchiveWriter writer, long key, List<long> ids)
    {
        ids.Clear();
        if (_added.TryGetValue(key, out var added))
            ids.Add(added);
        if (_pending[SliceOf(key)].TryGetValue(key, out var pending))
            ids.Add(pending);
        var rows = writer.FindHash.Bind(1, key);
        while (rows.Step())
            ids.Add(rows.Number(0));
        rows.Reset();
    }

    /// <summary>Notes a new row.</summary>
    public void Add(SqliteArchiveWriter writer, long key, long id)
    {
        // One row of a key waits in memory; a second one, which takes a collision of 64 bits, goes to the table at once.
        if (_pending[SliceOf(key)].ContainsKey(key) || !_added.TryAdd(key, id))
            writer.AddHash.Bind(1, key).Bind(2, id).Run();
    }

    /// <summary>Notes that a row is gone.</summary>
    public void Remove(SqliteArchiveWriter writer, long key, long id)
    {
        writer.RemoveHash.Bind(1, key).Bind(2, id).Run();
        _removed.Add((key, id));
    }

    /// <summary>Publishes the new rows: before the commit, for as soon as a row is seen it must be found by its hash, too. Should
    /// the commit fail, nothing is found where they point to.</summary>
    public void Committing()
    {
        lock (_lock)
        {
            foreach (var (key, id) in _added)
                _count += _pending[SliceOf(key)].TryAdd(key, id) ? 1 : 0;
        }
        _added.Clear();
    }

    /// <summary>Forgets what the transaction has moved to the table or removed: after the commit, for until then it is found here
    /// alone.</summary>
    public void Committed()
    {
        lock (_lock)
        {
            foreach (var slice in _moved)
            {
                foreach (var (key, id) in _pending[slice])
                    _count -= id <= _movedTo && _pending[slice].Remove(key) ? 1 : 0;
            }
            foreach (var (key, id) in _removed)
                _count -= ((ICollection<KeyValuePair<long, long>>)_pending[SliceOf(key)]).Remove(new(key, id)) ? 1 : 0;
        }
        _moved.Clear();
        _removed.Clear();
    }

    void Forget()
    {
        foreach (var slice in _pending)
            slice.Clear();
        _count = 0;
        _moved.Clear();
        _added.Clear();
        _removed.Clear();
    }

    static int SliceOf(long key) => (int)((ulong)key >> (64 - SliceBits));
}

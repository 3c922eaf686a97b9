using System.Buffers.Binary;
using System.Text;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>Which messages have been in the local log and left it, so that none is delivered twice and none is missed.</summary>
/// <remarks>
/// Holds a hash of 8 bytes for each id: by chance no two share it. Who makes an id that shares another's must know that one before its
/// message arrives, and fill the whole log in between. Of what it has forgotten only the time remains: it is unknown whether a
/// message up to <see cref="Horizon"/> was delivered.
/// </remarks>
internal sealed class OldIds(int capacity)
{
    const int EntrySize = 2 * sizeof(ulong);

    readonly HashSet<ulong> _ids = [];
    readonly Queue<(ulong Id, ulong Lamport)> _order = [];

    /// <summary>The latest time of those that are forgotten.</summary>
    public ulong Horizon { get; private set; }

    /// <summary>The latest time of those that were added.</summary>
    public ulong Newest { get; private set; }

    /// <summary>Whether it is one of them; a time after <see cref="Newest"/> spares the search.</summary>
    public bool Contains(string id, ulong lamport) => lamport <= Newest && Contains(id);

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(string id) => _ids.Count > 0 && _ids.Contains(Digest(id));

    /// <summary>Adds a message that has left the log.</summary>
    public void Add(string id, ulong lamport) => Add(Digest(id), lamport);

    /// <summary>What it holds, in the order in which it will be forgotten: a hash and a time each, little-endian.</summary>
    public ReadOnlyMemory<byte> Pack()
    {
        var packed = new byte[_order.Count * EntrySize];
        var rest = packed.AsSpan();
        foreach (var (id, lamport) in _order)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, id);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[sizeof(ulong)..], lamport);
            rest = rest[EntrySize..];
        }
        return packed;
    }

    /// <summary>Takes back what <see cref="Pack"/> has given.</summary>
    public void Restore(ulong horizon, ReadOnlySpan<byte> packed)
    {
        Horizon = horizon;
        for (; packed.Length >= EntrySize; packed = packed[EntrySize..])
            Add(BinaryPrimitives.ReadUInt64LittleEndian(packed), BinaryPrimitives.ReadUInt64LittleEndian(packed[sizeof(ulong)..]));
    }

    void Add(ulong id, ulong lamport)
    {
        Newest = Math.Max(Newest, lamport);
        if (_ids.Add(id))
            _order.Enqueue((id, lamport));
        while (_order.Count > capacity)
        {
            var forgotten = _order.Dequeue();
            _ids.Remove(forgotten.Id);
            Horizon = Math.Max(Horizon, forgotten.Lamport);
        }
    }

    static ulong Digest(string id)
    {
        const int StackLimit = 512;
        var size = Encoding.UTF8.GetMaxByteCount(id.Length);
        Span<byte> text = size <= StackLimit ? stackalloc byte[StackLimit] : new byte[size];
        return NimFarmHash.Fingerprint(text[..Encoding.UTF8.GetBytes(id, text)]);
    }
}

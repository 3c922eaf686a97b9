using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Knows the ids of the messages of this heartbeat by their data, so that duplicates, most of all traffic, are not hashed again.</summary>
/// <remarks>
/// A table without chains, found by a few bytes of the data and confirmed by all of them: who guesses the place of a message
/// can only push it out. It holds at most <see cref="Slots"/> messages of <see cref="MaxLength"/> bytes, 32 MiB.
/// </remarks>
internal sealed class RecentMessages
{
    [StructLayout(LayoutKind.Auto)]
    readonly record struct Known(ReadOnlyMemory<byte> Data, MessageId Id);

    const int FewestSlots = 64;
    const int Slots = 4096;

    /// <summary>Longer data is not looked up, in bytes.</summary>
    public const int MaxLength = 8 * 1024;

    Known?[] _slots = [];
    int _added;

    /// <summary>The id of a message with the same data, if one came in this heartbeat.</summary>
    public bool TryFind(ReadOnlySpan<byte> data, out MessageId id)
    {
        if (_added > 0 && data.Length <= MaxLength && _slots[Slot(data)] is { } known && known.Data.Span.SequenceEqual(data))
        {
            id = known.Id;
            return true;
        }
        id = default;
        return false;
    }

    /// <summary>Notes a new message; one that has its place is forgotten.</summary>
    public void Add(GossipMessage message)
    {
        if (message.Data.Length > MaxLength)
            return;
        // Few messages in a heartbeat, a small table: it is cleared in each.
        if (_added * 2 >= _slots.Length && _slots.Length < Slots)
            Grow();
        _added++;
        _slots[Slot(message.Data.Span)] = new Known(message.Data, message.Id);
    }

    /// <summary>Begins a new heartbeat.</summary>
    public void Clear()
    {
        if (_added == 0)
            return;
        _added = 0;
        Array.Clear(_slots);
    }

    void Grow()
    {
        var old = _slots;
        _slots = new Known?[Math.Max(FewestSlots, old.Length * 2)];
        foreach (var known in old)
        {
            if (known is { } message)
                _slots[Slot(message.Data.Span)] = message;
        }
    }

    int Slot(ReadOnlySpan<byte> data)
    {
        var hash = data.Length < 16
            ? HashCode.Combine(data.Length, data.IsEmpty ? 0 : data[0], data.IsEmpty ? 0 : data[^1])
            : HashCode.Combine(data.Length, Word(data), Word(data[(data.Length / 2)..]), Word(data[^8..]));
        return hash & (_slots.Length - 1);
    }

    static ulong Word(ReadOnlySpan<byte> data) => MemoryMarshal.Read<ulong>(data);
}

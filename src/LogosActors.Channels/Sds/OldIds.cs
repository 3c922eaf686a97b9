using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LogosActors.Channels.Sds;

/// <summary>Which messages have been in the local log and left it, so that none is delivered twice and none is missed.</summary>
/// <remarks>
/// Holds 8 bytes of each id's SHA-256: two ids that share them are as good as never found, even on purpose. Of what
/// it has forgotten only the time remains: nobody can tell whether a message up to <see cref="Horizon"/> was delivered.
/// </remarks>
internal sealed class OldIds(int capacity)
{
    readonly HashSet<ulong> _ids = [];
    readonly Queue<(ulong Id, ulong Lamport)> _order = [];

    /// <summary>The latest time of those that are forgotten.</summary>
    public ulong Horizon { get; private set; }

    /// <summary>The latest time of those that were added.</summary>
    public ulong Newest { get; private set; }

    /// <summary>What it holds, in the order in which it will be forgotten.</summary>
    public IEnumerable<(ulong Id, ulong Lamport)> All => _order;

    /// <summary>Whether it is one of them; a time after <see cref="Newest"/> spares the search.</summary>
    public bool Contains(string id, ulong lamport) => lamport <= Newest && Contains(id);

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(string id) => _ids.Count > 0 && _ids.Contains(Digest(id));

    /// <summary>Adds a message that has left the log.</summary>
    public void Add(string id, ulong lamport) => Add(Digest(id), lamport);

    /// <summary>What was there before a restart.</summary>
    public void Restore(ulong horizon, IEnumerable<(ulong Id, ulong Lamport)> all)
    {
        Horizon = horizon;
        foreach (var (id, lamport) in all)
            Add(id, lamport);
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
        const int OnStack = 512;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var length = Encoding.UTF8.GetByteCount(id);
        var text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(id, text)], digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}

using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Channel;

/// <summary>What has come of a message that the application has not handled yet.</summary>
/// <param name="SenderId">Who sent it.</param>
/// <param name="Id">The id of the SDS message that brought it.</param>
/// <param name="Content">The chunk.</param>
/// <param name="At">When it came, in Unix ms.</param>
/// <param name="Message">The SDS message that brought it; null: it is parity.</param>
internal sealed record HeldChunk(string SenderId, string Id, ReadOnlyMemory<byte> Content, long At, SdsMessage? Message)
{
    /// <summary>A number that grows with each chunk that comes.</summary>
    public long Sequence { get; set; }
}

/// <summary>The chunks that have come and are needed: until their message was handled, or dropped.</summary>
internal sealed class HeldChunks
{
    readonly Dictionary<string, HeldChunk> _chunks = new(StringComparer.Ordinal);
    long _sequence;

    /// <summary>All of them, in the order in which they came.</summary>
    public IReadOnlyList<HeldChunk> All => [.. _chunks.Values.OrderBy(chunk => chunk.Sequence)];

    /// <summary>The chunk of that id; null: there is none.</summary>
    public HeldChunk? Find(string id) => _chunks.GetValueOrDefault(id);

    /// <summary>Adds a chunk, unless it is there.</summary>
    public void Add(HeldChunk chunk)
    {
        chunk.Sequence = _sequence++;
        _chunks.TryAdd(chunk.Id, chunk);
    }

    /// <summary>Takes a chunk out.</summary>
    public bool Remove(string id) => _chunks.Remove(id);
}

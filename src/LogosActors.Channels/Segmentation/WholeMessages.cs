using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Channels.Segmentation;

/// <summary>A message that is complete, and waits for its turn.</summary>
/// <param name="Name">Names it among all messages of the channel.</param>
/// <param name="RequestId">Its sender's request; empty: not said.</param>
/// <param name="SenderId">Who sends it.</param>
/// <param name="Payload">All of it.</param>
/// <param name="ChunkIds">Those of its data chunks that have come.</param>
internal sealed record WholeMessage(string Name, string RequestId, string SenderId, ReadOnlyMemory<byte> Payload, IReadOnlyList<string> ChunkIds)
{
    /// <summary>What is to be stored when its turn has come, since more of it may come; null: nothing can.</summary>
    public ReassemblyEvent.MessageCompleted? Completion { get; init; }

    /// <summary>The chunk of parity with which it was complete; null: a chunk of data.</summary>
    public string? ParityId { get; init; }

    /// <summary>Whether it is delivered without a guarantee.</summary>
    public bool IsEphemeral { get; init; }
}

/// <summary>Holds complete messages back until all of their chunks are due in causal order.</summary>
/// <remarks>Pure. Bounds: those of SDS for chunks that wait, and the reassembly's quotas.</remarks>
internal sealed class WholeMessages
{
    readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    readonly Dictionary<string, Held> _byChunk = new(StringComparer.Ordinal);
    readonly HashSet<string> _due = new(StringComparer.Ordinal);

    /// <summary>Whether a chunk is of a message that is complete.</summary>
    public bool Has(string chunkId) => _byChunk.ContainsKey(chunkId);

    /// <summary>Whether a message of that name is complete, and waits.</summary>
    public bool Knows(string name) => _held.ContainsKey(name);

    /// <summary>A message is complete, perhaps once more: with a chunk that parity had made up for.</summary>
    /// <returns>Whether it is due.</returns>
    public bool Add(WholeMessage message)
    {
        var isNew = !_held.TryGetValue(message.Name, out var held);
        if (held is null)
            _held.Add(message.Name, held = new Held(message));
        foreach (var id in message.ChunkIds)
        {
            if (!_byChunk.TryAdd(id, held))
                continue;
            held.ChunkIds.Add(id);
            if (!_due.Remove(id) && isNew)
                held.Waiting.Add(id);
        }
        return isNew && held.Waiting.Count == 0;
    }

    /// <summary>A chunk is due.</summary>
    /// <returns>Whether that makes a message due.</returns>
    public bool TryRelease(string chunkId, [NotNullWhen(true)] out WholeMessage? due)
    {
        due = null;
        if (!_byChunk.TryGetValue(chunkId, out var held))
        {
            _due.Add(chunkId);
            return false;
        }
        if (held.Waiting.Remove(chunkId) && held.Waiting.Count == 0)
            due = held.Message;
        return due is not null;
    }

    /// <summary>A message was reported.</summary>
    /// <returns>Its chunks.</returns>
    public IReadOnlyList<string> Remove(string name)
    {
        if (!_held.Remove(name, out var held))
            return [];
        foreach (var id in held.ChunkIds)
            _byChunk.Remove(id);
        return held.ChunkIds;
    }

    /// <summary>A chunk will never be of a whole message.</summary>
    public void Forget(string chunkId) => _due.Remove(chunkId);

    sealed record Held(WholeMessage Message)
    {
        public List<string> ChunkIds { get; } = [];

        public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);
    }
}

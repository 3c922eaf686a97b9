namespace LogosActors.Channels.Sds;

/// <summary>A message of which some chunks never came, since parity made up for them.</summary>
/// <param name="ChunkIds">Its data chunks, in order, as far as their names are known.</param>
/// <param name="RebuiltIds">Those of them that did not come.</param>
internal sealed record RebuiltMessage(IReadOnlyList<string> ChunkIds, IReadOnlySet<string> RebuiltIds);

/// <summary>Chunks that parity has made up for, until what came before them has come: so that nothing overtakes their message.</summary>
/// <remarks>
/// What a chunk that never came was named to come after is not known. But it comes after the chunk before it, and the first chunk after what
/// the first that did come is named to come after, since its sender names that in as many chunks as parity can make up for, and one more.
/// Bounded by the messages that the reassembly holds.
/// </remarks>
internal sealed class RebuiltChunks(SdsChannel sds)
{
    readonly List<RebuiltMessage> _messages = [];

    /// <summary>A message was rebuilt.</summary>
    public void Add(RebuiltMessage message)
    {
        if (message.RebuiltIds.Count > 0)
            _messages.Add(message);
    }

    /// <summary>Lets go of the chunks whose turn has come; each may be what others wait for.</summary>
    public void Resolve(long now)
    {
        while (_messages.Count > 0 && ResolveOne(now))
        {
        }
    }

    bool ResolveOne(long now)
    {
        _messages.RemoveAll(message => message.RebuiltIds.All(sds.HasPassed));
        foreach (var message in _messages)
        {
            if (message.ChunkIds.FirstOrDefault(id => !sds.HasPassed(id)) is not { } next || !message.RebuiltIds.Contains(next) || !IsDue(message))
                continue;
            sds.Resolved(next, now);
            return true;
        }
        return false;
    }

    bool IsDue(RebuiltMessage message) =>
        message.ChunkIds.FirstOrDefault(id => !message.RebuiltIds.Contains(id)) is not { } first || sds.WaitsOnlyFor(first, message.RebuiltIds);
}

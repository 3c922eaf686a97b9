namespace LogosActors.Channels.Segmentation;

/// <summary>What a <see cref="Reassembly"/> reports.</summary>
internal abstract record ReassemblyEffect
{
    ReassemblyEffect()
    {
    }

    /// <summary>A message is complete; it comes once.</summary>
    /// <param name="Key">The message.</param>
    /// <param name="Payload">All of it, verified.</param>
    /// <param name="Chunks">Its data chunks, in order.</param>
    public sealed record Completed(MessageKey Key, ReadOnlyMemory<byte> Payload, IReadOnlyList<CompletedChunk> Chunks) : ReassemblyEffect;

    /// <summary>A chunk is not kept.</summary>
    /// <param name="SenderId">Who sent it, or is said to.</param>
    /// <param name="MessageId">The id of the SDS message that brought it.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Error">What is wrong with it, when it is <see cref="ChunkRejection.Malformed"/>.</param>
    public sealed record Rejected(string SenderId, string MessageId, ChunkRejection Reason, SegmentError Error = SegmentError.None) : ReassemblyEffect;

    /// <summary>The parts of a message are given up.</summary>
    /// <param name="Key">The message.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="MessageIds">The ids of the SDS messages that brought them.</param>
    public sealed record Dropped(MessageKey Key, DropReason Reason, IReadOnlyList<string> MessageIds) : ReassemblyEffect;
}

/// <summary>A data chunk of a complete message.</summary>
/// <param name="MessageId">The id of the SDS message that brought it, or would have; null: parity has rebuilt it, and its name is not known.</param>
/// <param name="IsRebuilt">Whether it did not come, and parity has rebuilt it.</param>
internal sealed record CompletedChunk(string? MessageId, bool IsRebuilt);

/// <summary>Why a chunk is not kept.</summary>
internal enum ChunkRejection
{
    /// <summary>It is no segment.</summary>
    Malformed,

    /// <summary>The id of its SDS message is not the one that follows from its content.</summary>
    InvalidId,

    /// <summary>Its message does not have the hash that it names.</summary>
    HashMismatch,

    /// <summary>It is parity of a code that is not known here.</summary>
    UnknownCode,

    /// <summary>Too many chunks claim its place.</summary>
    TooManyAlternatives,

    /// <summary>There is no room, and nothing of less worth to drop.</summary>
    NoRoom,
}

/// <summary>Why the parts of a message are given up.</summary>
internal enum DropReason
{
    /// <summary>No chunk came for too long.</summary>
    Expired,

    /// <summary>The same, though it had as many chunks as it needs: with another hash than they name, or linked in another way (segmentation §Receiving).</summary>
    Invalid,

    /// <summary>Its sender has too much in parts.</summary>
    SenderQuota,

    /// <summary>All senders together have.</summary>
    TotalQuota,
}

namespace LogosActors.Channels.Segmentation;

/// <summary>What a <see cref="Reassembly"/> keeps through a restart.</summary>
internal abstract record ReassemblyEvent
{
    ReassemblyEvent()
    {
    }

    /// <summary>A chunk waits for the others of its message.</summary>
    /// <param name="SenderId">Who sent it.</param>
    /// <param name="MessageId">The id of the SDS message that brought it.</param>
    /// <param name="Content">The encoded segment.</param>
    /// <param name="Time">When it came, in nanoseconds since 1970 UTC.</param>
    public sealed record ChunkStored(string SenderId, string MessageId, ReadOnlyMemory<byte> Content, long Time) : ReassemblyEvent;

    /// <summary>A chunk has turned out not to be of its message.</summary>
    /// <param name="Key">The message.</param>
    /// <param name="Position">The chunk's place in it.</param>
    /// <param name="MessageId">The id of the SDS message that brought the chunk.</param>
    public sealed record ChunkDropped(MessageKey Key, int Position, string MessageId) : ReassemblyEvent;

    /// <summary>A message is complete; what still comes of it is late.</summary>
    /// <param name="Key">The message.</param>
    /// <param name="Positions">The places of its chunks that had come.</param>
    public sealed record MessageCompleted(MessageKey Key, PositionSet Positions) : ReassemblyEvent;

    /// <summary>The parts of a message are gone.</summary>
    /// <param name="Key">The message.</param>
    public sealed record MessageDropped(MessageKey Key) : ReassemblyEvent;
}

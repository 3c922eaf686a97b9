namespace LogosActors.Channels.Sds;

/// <summary>Names a message of a channel that others came after, or that somebody misses (SDS §Message).</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="RetrievalHint">What helps to find it, in the network of Logos Delivery the 32 bytes of its message hash; empty: nothing is known.</param>
/// <param name="SenderId">Who has sent it first; null: not said. It serves repair.</param>
internal sealed record HistoryEntry(string MessageId, ReadOnlyMemory<byte> RetrievalHint = default, string? SenderId = null)
{
    /// <summary>Where a <see cref="LocalLog"/> has found it last: messages that come one after the other name the same ones.</summary>
    internal LogEntry? Found { get; set; }

    /// <summary>Its encoded size, in bytes, as <see cref="Wire.HistoryEntryCodec"/> has computed it; 0: it has not.</summary>
    internal int EncodedSize { get; set; }

    /// <summary>Whether both say the same; where they were found does not matter.</summary>
    public bool Equals(HistoryEntry? other) =>
        other is not null && string.Equals(MessageId, other.MessageId, StringComparison.Ordinal)
        && RetrievalHint.Equals(other.RetrievalHint) && string.Equals(SenderId, other.SenderId, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MessageId, RetrievalHint, SenderId);
}

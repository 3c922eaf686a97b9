namespace LogosActors.Channels.Segmentation;

/// <summary>What all chunks of a message have in common: chunks that differ in it are of different messages.</summary>
/// <remarks>So a chunk that lies about any of it cannot disturb the message that it pretends to be of.</remarks>
/// <param name="SenderId">Who sends it.</param>
/// <param name="MessageHash">The hash of the whole message.</param>
/// <param name="DataCount">How many data chunks it has.</param>
/// <param name="ParityCount">How many parity chunks it has.</param>
/// <param name="RequestId">The request to send it; empty: its chunks carry no linkage, and the rest is 0.</param>
/// <param name="Timestamp">When it was cut, in nanoseconds since 1970 UTC.</param>
/// <param name="MessageLength">Its length, in bytes.</param>
internal sealed record MessageKey(
    string SenderId, KeccakHash MessageHash, int DataCount, int ParityCount, string RequestId, long Timestamp, int MessageLength)
{
    /// <summary>Whether its chunks carry linkage.</summary>
    public bool IsLinked => RequestId.Length > 0;

    /// <summary>How many chunks it has.</summary>
    public int Count => DataCount + ParityCount;

    /// <summary>The message that a segment is of.</summary>
    public static MessageKey Of(string senderId, SegmentMessage segment) => new(
        senderId,
        segment.MessageHash,
        segment.DataCount,
        segment.ParityCount,
        segment.Linkage?.RequestId ?? "",
        segment.Linkage?.Timestamp ?? 0,
        segment.Linkage?.MessageLength ?? 0);
}

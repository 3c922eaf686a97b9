namespace LogosActors.Channels.Segmentation;

/// <summary>What ties a chunk to its message and to the chunk before it. Only our own segments carry it.</summary>
/// <remarks>
/// All chunks of a message have the same request, time and length. Each names the chunk before it, parity after data, so that
/// one chunk vouches for all before it. With the time, whoever has a segment can compute the id of the SDS message that must
/// carry it (<see cref="ChunkId.Compute"/>): a chunk under another id is a forgery, and one that parity has rebuilt is known by its name.
/// </remarks>
/// <param name="RequestId">The request to send, as its sender names it; 1 – <see cref="SegmentLimits.RequestIdLength"/> bytes of UTF-8.</param>
/// <param name="Timestamp">When the message was cut, in nanoseconds since 1970 UTC.</param>
/// <param name="MessageLength">The length of the whole message, in bytes.</param>
/// <param name="PreviousChunkId">The chunk before it; null for the first.</param>
internal sealed record ChunkLinkage(string RequestId, long Timestamp, int MessageLength, KeccakHash? PreviousChunkId);

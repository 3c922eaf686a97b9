namespace LogosActors.Channels.Segmentation;

/// <summary>A segment to send as one SDS message.</summary>
/// <param name="Id">The id of that message (<see cref="ChunkId"/>).</param>
/// <param name="Content">What it carries: the encoded segment.</param>
/// <param name="IsParity">Whether it is parity: the message is complete without it.</param>
internal sealed record Chunk(KeccakHash Id, ReadOnlyMemory<byte> Content, bool IsParity);

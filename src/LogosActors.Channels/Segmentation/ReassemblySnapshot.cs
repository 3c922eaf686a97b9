namespace LogosActors.Channels.Segmentation;

/// <summary>The state of a <see cref="Reassembly"/> as events that make it (<see cref="Reassembly.Snapshot"/>).</summary>
/// <param name="Completed">What is remembered, the oldest first.</param>
/// <param name="Chunks">What waits, in the order in which it came.</param>
internal sealed record ReassemblySnapshot(IReadOnlyList<ReassemblyEvent.MessageCompleted> Completed, IReadOnlyList<ReassemblyEvent.ChunkStored> Chunks);

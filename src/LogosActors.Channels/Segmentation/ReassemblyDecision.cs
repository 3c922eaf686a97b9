namespace LogosActors.Channels.Segmentation;

/// <summary>What follows from an input: store the events, apply them, then run the effects.</summary>
/// <param name="Events">What changes.</param>
/// <param name="Effects">What is reported.</param>
internal sealed record ReassemblyDecision(IReadOnlyList<ReassemblyEvent> Events, IReadOnlyList<ReassemblyEffect> Effects)
{
    /// <summary>Nothing follows.</summary>
    public static readonly ReassemblyDecision None = new([], []);

    /// <summary>A chunk is not kept.</summary>
    public static ReassemblyDecision Reject(string senderId, string messageId, ChunkRejection reason, SegmentError error = SegmentError.None) =>
        new([], [new ReassemblyEffect.Rejected(senderId, messageId, reason, error)]);
}

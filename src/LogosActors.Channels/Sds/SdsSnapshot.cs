namespace LogosActors.Channels.Sds;

/// <summary>All that a participant knows that outlives a restart, at one moment: instead of the events up to it.</summary>
internal sealed record SdsSnapshot
{
    /// <summary>When the participant joined, in Unix ms; null: not yet.</summary>
    public long? JoinedAt { get; init; }

    /// <summary>Until when what is missing is taken to be from before, in Unix ms; null: nothing was heard yet.</summary>
    public long? JoinEnd { get; init; }

    /// <summary>The logical clock.</summary>
    public ulong Clock { get; init; }

    /// <summary>The local log, oldest first.</summary>
    public IReadOnlyList<Entry> Log { get; init; } = [];

    /// <summary>The ids of those of the log that no later message names, the longest unnamed first.</summary>
    public IReadOnlyList<string> Unnamed { get; init; } = [];

    /// <summary>The messages of the log that are kept whole, the longest kept first.</summary>
    public IReadOnlyList<SdsMessage> Kept { get; init; } = [];

    /// <summary>Our messages that are not acknowledged.</summary>
    public IReadOnlyList<Unacknowledged> Outgoing { get; init; } = [];

    /// <summary>The messages that wait.</summary>
    public IReadOnlyList<Waiting> Incoming { get; init; } = [];

    /// <summary>Missing messages that nobody waits for.</summary>
    public IReadOnlyList<(string Id, MetIds.Reason Reason)> Met { get; init; } = [];

    /// <summary>Digests and times of messages that have left the log (<see cref="OldIds.Pack"/>).</summary>
    public ReadOnlyMemory<byte> Old { get; init; }

    /// <summary>The latest time of those that are forgotten altogether.</summary>
    public ulong OldHorizon { get; init; }

    /// <summary>A message of the log.</summary>
    /// <param name="Lamport">Its time.</param>
    /// <param name="Name">Its id, retrieval hint and sender.</param>
    /// <param name="Heard">The dialects it was heard in.</param>
    public sealed record Entry(ulong Lamport, HistoryEntry Name, SdsDialects Heard);

    /// <summary>A message of ours that is not acknowledged.</summary>
    /// <param name="Message">The message.</param>
    /// <param name="Retransmissions">How often it was sent again.</param>
    public sealed record Unacknowledged(SdsMessage Message, int Retransmissions);

    /// <summary>A message that waits for others.</summary>
    /// <param name="Message">The message.</param>
    /// <param name="RetrievalHint">How to find it.</param>
    /// <param name="Dialect">What it was written in.</param>
    public sealed record Waiting(SdsMessage Message, ReadOnlyMemory<byte> RetrievalHint, SdsDialect Dialect);
}

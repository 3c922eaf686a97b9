using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>A message between the participants of a channel (SDS §Message), whichever dialect it is written in.</summary>
internal sealed record SdsMessage
{
    /// <summary>What one name takes: an id of 64 characters, a hint of 32 bytes, and three objects.</summary>
    const int NameFootprint = 256;

    /// <summary>The order that all participants agree on: by time, and by id where times are equal (SDS §Resolve Conflicts).</summary>
    public static readonly Comparer<SdsMessage> AgreedOrder = Comparer<SdsMessage>.Create(static (x, y) =>
    {
        var byTime = Nullable.Compare(x.LamportTimestamp, y.LamportTimestamp);
        return byTime != 0 ? byTime : string.CompareOrdinal(x.MessageId, y.MessageId);
    });

    /// <summary>Who sends it.</summary>
    public required string SenderId { get; init; }

    /// <summary>What it is called, in the whole channel; sync messages need no name of their own.</summary>
    public required string MessageId { get; init; }

    /// <summary>The channel.</summary>
    public required string ChannelId { get; init; }

    /// <summary>When it was sent, by the channel's logical clock; null: an ephemeral message.</summary>
    public ulong? LamportTimestamp { get; init; }

    /// <summary>What came before it, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> CausalHistory { get; init; } = [];

    /// <summary>What its sender has; null: it does not say, or not in a form that can be read.</summary>
    public BloomFilter? BloomFilter { get; init; }

    /// <summary>What its sender misses, and asks others to send again.</summary>
    public IReadOnlyList<HistoryEntry> RepairRequest { get; init; } = [];

    /// <summary>What it carries; empty: a sync message.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>About how many bytes of memory it takes while it waits: its content and the names of what came before it.</summary>
    public int Footprint => Content.Length + (NameFootprint * CausalHistory.Count);

    /// <summary>Whether it says only what its sender has.</summary>
    public bool IsSync => LamportTimestamp is not null && Content.IsEmpty;

    /// <summary>Whether it is delivered at once, unordered and without any promise.</summary>
    public bool IsEphemeral => LamportTimestamp is null;
}

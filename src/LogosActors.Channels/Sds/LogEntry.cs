using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>A message in the local log.</summary>
/// <param name="lamport">When it was sent, by the channel's logical clock.</param>
/// <param name="name">Its id, sender and retrieval hint, as later messages name it.</param>
/// <param name="key">Its id, as bloom filters know it.</param>
internal sealed class LogEntry(ulong lamport, HistoryEntry name, BloomKey key) : IComparable<LogEntry>
{
    /// <summary>Its id, as bloom filters know it.</summary>
    public BloomKey Key { get; } = key;

    /// <summary>When it was sent, by the channel's logical clock.</summary>
    public ulong Lamport { get; } = lamport;

    /// <summary>As later messages name it.</summary>
    public HistoryEntry Name { get; set; } = name;

    /// <summary>The log that it is in; null: none.</summary>
    public LocalLog? Log { get; set; }

    /// <summary>Its id.</summary>
    public string Id => Name.MessageId;

    /// <summary>When it came into the log, in Unix ms by our own clock; 0: before a restart.</summary>
    public long At { get; init; }

    /// <summary>The dialects it was heard in; <see cref="SdsDialects.None"/>: it is our own.</summary>
    public SdsDialects Heard { get; set; }

    /// <summary>Where it is among those that no later one names; null: it is not.</summary>
    public LinkedListNode<LogEntry>? Head { get; set; }

    /// <summary>By time, then in ascending order of the ids (SDS §Resolve Conflicts).</summary>
    public int CompareTo(LogEntry? other)
    {
        if (other is null)
            return 1;
        var byTime = Lamport.CompareTo(other.Lamport);
        return byTime != 0 ? byTime : string.CompareOrdinal(Id, other.Id);
    }
}

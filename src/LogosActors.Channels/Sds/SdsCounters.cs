namespace LogosActors.Channels.Sds;

/// <summary>What a channel has come across since it was started.</summary>
internal sealed class SdsCounters
{
    readonly long[] _outcomes = new long[Enum.GetValues<SdsReceiveOutcome>().Length];

    /// <summary>How many received messages have come to that.</summary>
    public long this[SdsReceiveOutcome outcome] => _outcomes[(int)outcome];

    /// <summary>Bloom filters that were ignored, as they are fuller than their parameters allow.</summary>
    public long OverfullFilters { get; internal set; }

    /// <summary>Messages that were named as preceding and cannot have: they are not older than what names them.</summary>
    public long ImpossibleDependencies { get; internal set; }

    /// <summary>Messages sent again.</summary>
    public long Retransmissions { get; internal set; }

    /// <summary>Sync messages sent.</summary>
    public long Syncs { get; internal set; }

    /// <summary>Messages sent again because somebody asked for them.</summary>
    public long Repairs { get; internal set; }

    internal SdsReceiveOutcome Count(SdsReceiveOutcome outcome)
    {
        _outcomes[(int)outcome]++;
        return outcome;
    }
}

namespace LogosActors.Channels.RateLimits;

/// <summary>How much of each epoch's limit is used up, and what may use more (RELIABLE-CHANNEL-API §Rate Limit Manager).</summary>
/// <remarks>
/// Pure. A permit is given before anything is sent on it, and stored with what it is given to, so that a crash can only send less. Counts of
/// the newest <see cref="MaxEpochs"/> epochs are kept, and that of now: a clock that was ahead before a restart does not give an epoch away twice.
/// </remarks>
internal sealed class EpochCounts(RateLimitOptions options)
{
    /// <summary>How many epochs keep their count.</summary>
    public const int MaxEpochs = 3;

    readonly SortedList<long, int> _used = [];

    /// <summary>The epochs that are known, with what is used up of each.</summary>
    public IEnumerable<KeyValuePair<long, int>> All => _used;

    /// <summary>How much of an epoch is used up.</summary>
    public int Used(long epoch) => _used.GetValueOrDefault(epoch);

    /// <summary>True if so much of an epoch is used up that the application is warned, and ephemeral messages are refused.</summary>
    public bool IsNear(long epoch) => Used(epoch) is > 0 and var used && used >= options.Threshold * options.MessagesPerEpoch;

    /// <summary>Decides whether something may be sent in an epoch, and counts it.</summary>
    public Permit Take(long epoch, SendPriority priority, bool isFirst)
    {
        if (options.Counting is RateLimitCounting.FirstChunk && !(isFirst && priority is SendPriority.New or SendPriority.Ephemeral))
            return Permit.NotNeeded;
        if (Used(epoch) >= options.MessagesPerEpoch)
            return priority is SendPriority.Sync or SendPriority.Ephemeral ? Permit.Refused : Permit.Missing;
        if (priority is SendPriority.Ephemeral && IsNear(epoch))
            return Permit.Refused;
        Add(epoch, 1);
        return Permit.Given;
    }

    /// <summary>So much more of an epoch is used up.</summary>
    public void Add(long epoch, int count)
    {
        _used[epoch] = Used(epoch) + count;
        if (_used.Count > MaxEpochs)
            _used.RemoveAt(_used.Keys[0] == epoch ? 1 : 0);
    }
}

/// <summary>Whether something may be sent.</summary>
internal enum Permit
{
    /// <summary>It may: it does not count.</summary>
    NotNeeded,

    /// <summary>It may: it counts.</summary>
    Given,

    /// <summary>It has to wait for another epoch.</summary>
    Missing,

    /// <summary>It is not sent: it is of no use later.</summary>
    Refused,
}

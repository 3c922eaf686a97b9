namespace LogosActors.Channels.RateLimits;

/// <summary>Lets what is to be sent in an epoch pass in its order, and holds back what has to wait for another one (RELIABLE-CHANNEL-API §Rate Limit
/// Manager).</summary>
/// <remarks>
/// Pure. No new chunk overtakes another; repairs go before them. What is held back when the epoch ends is offered to the next one.
/// Bounded by the buffers of who offers.
/// </remarks>
/// <typeparam name="TItem">What is sent.</typeparam>
internal sealed class EpochQueue<TItem>(RateLimitOptions options, long epoch)
{
    readonly Queue<TItem> _repairs = new();
    readonly Queue<TItem> _new = new();
    int _counted;

    /// <summary>How many are held back.</summary>
    public int Count => _repairs.Count + _new.Count;

    /// <summary>When the epoch ends.</summary>
    public DateTimeOffset End => StartOf(epoch + 1);

    /// <summary>Something is to be sent.</summary>
    /// <param name="item">What.</param>
    /// <param name="priority">Who goes first.</param>
    /// <param name="permit">Whether it may be sent.</param>
    /// <param name="expected">When it is sent, if nothing changes: set when it is new and held back for another epoch.</param>
    /// <returns>True if it passes; false if it is held back.</returns>
    public bool Offer(TItem item, SendPriority priority, Permit permit, out DateTimeOffset? expected)
    {
        expected = null;
        if (priority is SendPriority.Sync or SendPriority.Ephemeral)
            return true;
        var queue = priority is SendPriority.Repair ? _repairs : _new;
        if (permit is not Permit.Missing && queue.Count == 0)
            return true;
        queue.Enqueue(item);
        if (permit is not Permit.Missing)
            return false;
        _counted++;
        if (priority is SendPriority.New)
            expected = StartOf(epoch + ((_counted + options.MessagesPerEpoch - 1) / options.MessagesPerEpoch));
        return false;
    }

    /// <summary>Takes out all that is held back, in the order in which it is to be offered to the next epoch.</summary>
    public IReadOnlyList<TItem> Leave()
    {
        TItem[] left = [.. _repairs, .. _new];
        _repairs.Clear();
        _new.Clear();
        _counted = 0;
        return left;
    }

    DateTimeOffset StartOf(long number) => DateTimeOffset.UnixEpoch + (options.EpochSize * number);
}

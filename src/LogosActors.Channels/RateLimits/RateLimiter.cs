namespace LogosActors.Channels.RateLimits;

/// <summary>Lets a channel send so much in an epoch, and no more; what is over it waits its turn (RELIABLE-CHANNEL-API §Rate Limit Manager).</summary>
/// <remarks>
/// <para>Pure: the caller hands in the time and runs the effects. What is used up of an epoch is stored before anything is sent on it, so
/// that a crash can only send less. Repairs go before new messages; ephemeral ones do not wait, and are refused first.</para>
/// <para>Whatever the clock does, what is sent in an epoch is counted to it: when the clock is set back, to an epoch of before, the count of
/// that one is asked for again.</para>
/// <para>Bounds: what waits is what the caller has in its buffers; nothing is dropped here but sync and ephemeral messages.</para>
/// </remarks>
/// <typeparam name="TItem">What is sent.</typeparam>
internal sealed class RateLimiter<TItem>(RateLimitOptions options)
{
    readonly Queue<Waiting> _repairs = new();
    readonly Queue<Waiting> _new = new();
    readonly Queue<Waiting> _others = new();
    long _epoch = long.MinValue;
    bool _isOpen;
    bool _isNearTold;
    int _used;
    int _asked;
    int _granted;
    int _countedWaiting;

    /// <summary>How many wait.</summary>
    public int Count => _repairs.Count + _new.Count + _others.Count;

    /// <summary>How many messages of the current epoch are used up.</summary>
    public int Used => _used;

    /// <summary>When the current epoch ends.</summary>
    public DateTimeOffset EpochEnd => StartOf(_epoch + 1);

    /// <summary>Something is to be sent.</summary>
    /// <param name="item">What.</param>
    /// <param name="priority">Who goes first.</param>
    /// <param name="isFirst">Whether a message begins with it.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Receives what is to be done.</param>
    public void Offer(TItem item, SendPriority priority, bool isFirst, DateTimeOffset now, List<RateLimitEffect<TItem>> effects)
    {
        Turn(now, effects);
        var counts = options.Counting is RateLimitCounting.EverySegment || (isFirst && priority is SendPriority.New or SendPriority.Ephemeral);
        var waiting = new Waiting(item, counts);
        switch (priority)
        {
            case SendPriority.Repair:
                _repairs.Enqueue(waiting);
                break;
            case SendPriority.New:
                _new.Enqueue(waiting);
                break;
            case SendPriority.Ephemeral when _isOpen && (IsNear || Free < 1):
            case SendPriority.Sync when counts && _isOpen && Free < 1:
                effects.Add(new RateLimitEffect<TItem>.Refuse(item));
                return;
            default:
                _others.Enqueue(waiting);
                break;
        }
        if (counts)
            _countedWaiting++;
        Pump(effects);
        if (counts && priority is SendPriority.New && _isOpen && _countedWaiting > _asked + _granted)
            effects.Add(new RateLimitEffect<TItem>.Delay(item, Expected(_countedWaiting - _asked - _granted)));
    }

    /// <summary>It is known how much of an epoch is used up.</summary>
    public void Opened(long epoch, int used, DateTimeOffset now, List<RateLimitEffect<TItem>> effects)
    {
        if (epoch != _epoch || _isOpen)
            return;
        (_used, _isOpen) = (used, true);
        Turn(now, effects);
        Pump(effects);
        RefuseOthers(effects);
        TellDelays(effects);
    }

    /// <summary>It is stored that so many more of an epoch are used up.</summary>
    public void Granted(long epoch, int count, DateTimeOffset now, List<RateLimitEffect<TItem>> effects)
    {
        if (epoch == _epoch)
            (_asked, _granted) = (_asked - count, _granted + count);
        Turn(now, effects);
        Pump(effects);
    }

    /// <summary>What was stored of the current epoch is in doubt: it is asked for again.</summary>
    public void Doubt(List<RateLimitEffect<TItem>> effects)
    {
        if (_epoch != long.MinValue)
            Begin(_epoch, effects);
    }

    /// <summary>Time has passed.</summary>
    /// <returns>When the next call is due at the latest; null: nothing waits for the time.</returns>
    public DateTimeOffset? Tick(DateTimeOffset now, List<RateLimitEffect<TItem>> effects)
    {
        Turn(now, effects);
        Pump(effects);
        return Count > 0 ? StartOf(_epoch + 1) : null;
    }

    int Free => options.MessagesPerEpoch - _used;

    bool IsNear => _used >= options.Threshold * options.MessagesPerEpoch;

    DateTimeOffset StartOf(long epoch) => DateTimeOffset.UnixEpoch + (options.EpochSize * epoch);

    DateTimeOffset Expected(int place) => StartOf(_epoch + ((place + options.MessagesPerEpoch - 1) / options.MessagesPerEpoch));

    void Turn(DateTimeOffset now, List<RateLimitEffect<TItem>> effects)
    {
        var epoch = options.EpochOf(now);
        if (epoch != _epoch)
            Begin(epoch, effects);
    }

    // What was granted and not used is lost with its epoch.
    void Begin(long epoch, List<RateLimitEffect<TItem>> effects)
    {
        (_epoch, _isOpen, _isNearTold, _used, _asked, _granted) = (epoch, false, false, 0, 0, 0);
        effects.Add(new RateLimitEffect<TItem>.Open(epoch));
    }

    void Pump(List<RateLimitEffect<TItem>> effects)
    {
        Pass(_repairs, effects);
        Pass(_new, effects);
        Pass(_others, effects);
        if (!_isOpen)
            return;
        var wanted = Math.Min(_countedWaiting - _granted - _asked, Free);
        if (wanted > 0)
        {
            _asked += wanted;
            _used += wanted;
            effects.Add(new RateLimitEffect<TItem>.Take(_epoch, wanted));
        }
        if (!_isNearTold && IsNear && _used > 0)
        {
            _isNearTold = true;
            effects.Add(new RateLimitEffect<TItem>.Near(_used, StartOf(_epoch + 1)));
        }
    }

    void Pass(Queue<Waiting> queue, List<RateLimitEffect<TItem>> effects)
    {
        while (queue.TryPeek(out var next) && (!next.Counts || _granted > 0))
        {
            queue.Dequeue();
            if (next.Counts)
            {
                _granted--;
                _countedWaiting--;
            }
            effects.Add(new RateLimitEffect<TItem>.Pass(next.Item));
        }
    }

    // They came before it was known how much is used up, or what was said of them is in doubt.
    void TellDelays(List<RateLimitEffect<TItem>> effects)
    {
        var place = -(_asked + _granted) + _repairs.Count(static repair => repair.Counts);
        foreach (var waiting in _new.Where(static waiting => waiting.Counts))
        {
            if (++place > 0)
                effects.Add(new RateLimitEffect<TItem>.Delay(waiting.Item, Expected(place)));
        }
    }

    // They came before it was known how much is used up.
    void RefuseOthers(List<RateLimitEffect<TItem>> effects)
    {
        if (_countedWaiting <= _granted + _asked)
            return;
        foreach (var waiting in _others)
        {
            if (waiting.Counts)
                _countedWaiting--;
            effects.Add(new RateLimitEffect<TItem>.Refuse(waiting.Item));
        }
        _others.Clear();
    }

    readonly record struct Waiting(TItem Item, bool Counts);
}

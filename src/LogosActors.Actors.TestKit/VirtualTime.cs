namespace LogosActors.Actors.TestKit;

/// <summary>A clock that moves only when it is told to.</summary>
/// <remarks>
/// Timers fire inside <see cref="Advance"/>, on its caller's thread, in the order of their due times and, among equals, of
/// their creation; each sees the clock at exactly its due time. A timer that is due at once fires at the next
/// <see cref="Advance"/>, of zero even. Safe for use from many threads. Cost per timer is O(log n).
/// </remarks>
/// <param name="start">The wall clock at the beginning; null for 2026-01-01 00:00 UTC.</param>
public sealed class VirtualTime(DateTimeOffset? start = null) : TimeProvider
{
    readonly Lock _gate = new();
    readonly TimerQueue _queue = new();
    DateTimeOffset _origin = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    long _now;
    long _created;

    /// <summary>The time that has passed since the beginning, on the monotonic clock.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _now));

    /// <summary>How long it is until the next timer is due; zero when it is due already, null when there is none.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
                return _queue.Peek() is { } next ? TimeSpan.FromTicks(Math.Max(0, next.Due - _now)) : null;
        }
    }

    /// <summary>How many timers are running.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _origin.AddTicks(_now);
    }

    /// <summary>Sets the wall clock forward or, with a negative value, back. Timers and the monotonic clock do not notice.</summary>
    public void StepClock(TimeSpan by)
    {
        lock (_gate)
            _origin += by;
    }

    /// <summary>Moves both clocks forward, firing what comes due on the way.</summary>
    /// <param name="by">How far, ≥ 0.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetTimestamp() + by.Ticks;
        while (FireNext(end))
        {
        }

        lock (_gate)
            _now = Math.Max(_now, end);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state, Interlocked.Increment(ref _created));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next due time and fires one timer, unless that is later than <paramref name="limit"/>.</summary>
    internal bool FireNext(long limit)
    {
        VirtualTimer timer;
        lock (_gate)
        {
            if (_queue.Peek() is not { } next || next.Due > limit)
                return false;
            timer = next;
            _now = Math.Max(_now, timer.Due);
            _queue.Remove(timer);
            if (timer.Period > 0)
            {
                timer.Due += timer.Period;
                _queue.Add(timer);
            }
        }

        timer.Fire();
        return true;
    }

    bool Change(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            if (timer.IsDisposed)
                return false;
            _queue.Remove(timer);
            timer.Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            timer.Due = _now + dueTime.Ticks;
            _queue.Add(timer);
            return true;
        }
    }

    void End(VirtualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _queue.Remove(timer);
        }
    }

    sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state, long order) : ITimer
    {
        public long Order { get; } = order;

        public long Due { get; set; }

        public long Period { get; set; }

        public bool IsDisposed { get; set; }

        /// <summary>The timer's place in the heap; -1 when it is not running.</summary>
        public int Index { get; set; } = -1;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => time.Change(this, dueTime, period);

        public void Dispose() => time.End(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A binary heap whose members know their places, so that a cancelled timer leaves nothing behind.</summary>
    sealed class TimerQueue
    {
        readonly List<VirtualTimer> _heap = [];

        public int Count => _heap.Count;

        public VirtualTimer? Peek() => _heap.Count > 0 ? _heap[0] : null;

        public void Add(VirtualTimer timer)
        {
            _heap.Add(timer);
            Rise(_heap.Count - 1, timer);
        }

        public void Remove(VirtualTimer timer)
        {
            if (timer.Index < 0)
                return;
            var hole = timer.Index;
            timer.Index = -1;
            var last = _heap[^1];
            _heap.RemoveAt(_heap.Count - 1);
            if (last == timer)
                return;
            Sink(hole, last);
            if (last.Index == hole)
                Rise(hole, last);
        }

        static bool IsBefore(VirtualTimer a, VirtualTimer b) => a.Due < b.Due || (a.Due == b.Due && a.Order < b.Order);

        void Rise(int index, VirtualTimer timer)
        {
            while (index > 0 && IsBefore(timer, _heap[(index - 1) / 2]))
            {
                Put(index, _heap[(index - 1) / 2]);
                index = (index - 1) / 2;
            }

            Put(index, timer);
        }

        void Sink(int index, VirtualTimer timer)
        {
            while (index * 2 + 1 is var child && child < _heap.Count)
            {
                if (child + 1 < _heap.Count && IsBefore(_heap[child + 1], _heap[child]))
                    child++;
                if (!IsBefore(_heap[child], timer))
                    break;
                Put(index, _heap[child]);
                index = child;
            }

            Put(index, timer);
        }

        void Put(int index, VirtualTimer timer)
        {
            _heap[index] = timer;
            timer.Index = index;
        }
    }
}

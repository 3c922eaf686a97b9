using LogosActors.TestKit.Running;

namespace LogosActors.TestKit;

/// <summary>A clock that moves only when a test moves it.</summary>
/// <remarks>
/// Timers fire inside <see cref="Advance"/>, on its caller's thread, in the order of their due times and, among equals, of
/// their creation; each sees the clock at exactly its due time. A timer that is due at once fires at the next
/// <see cref="Advance"/>, of zero even. Safe for use from many threads. Cost per timer is O(log n).
/// A <see cref="Simulation"/> has one of its own, which only its <c>Run…</c> methods move.
/// </remarks>
/// <param name="start">The wall clock at the beginning; null for 2026-01-01 00:00 UTC.</param>
public sealed class VirtualTime(DateTimeOffset? start = null) : TimeProvider
{
    readonly Lock _gate = new();
    readonly TimerHeap _heap = new();
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
                return Next() is { } next ? TimeSpan.FromTicks(Math.Max(0, next.Due - _now)) : null;
        }
    }

    /// <summary>How many timers are running.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
                return _heap.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The simulation that moves this clock; null when <see cref="Advance"/> does.</summary>
    internal SimulationLoop? Loop { get; init; }

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _origin.AddTicks(_now);
    }

    /// <summary>Steps the wall clock forward or, with a negative value, back. Timers and the monotonic clock are unaffected.</summary>
    /// <param name="by">The size of the step.</param>
    public void StepClock(TimeSpan by)
    {
        lock (_gate)
            _origin += by;
    }

    /// <summary>Moves both clocks forward and fires the timers that become due.</summary>
    /// <param name="by">The time that passes, ≥ 0.</param>
    /// <exception cref="InvalidOperationException">The clock belongs to a simulation.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        if (Loop is not null)
            throw new InvalidOperationException("This clock belongs to a simulation; use its RunFor.");
        var end = GetTimestamp() + by.Ticks;
        while (TryTake(end, long.MaxValue) is { } due)
            due.Fire();
        MoveTo(end);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, callback, state) { Process = Loop?.CurrentProcess };
        timer.Change(dueTime, period);
        return timer;
    }

    internal void Add(Entry entry, TimeSpan delay, TimeSpan period)
    {
        if (Loop is { IsForeign: true })
            Loop.Escaped("started a timer", null);
        lock (_gate)
        {
            entry.Order = ++_created;
            entry.Period = Math.Max(0, period.Ticks);
            entry.Due = _now + Math.Max(0, delay.Ticks);
            _heap.Add(entry);
        }
    }

    /// <summary>When the next timer is due, in ticks; null when there is none.</summary>
    internal long? NextDue
    {
        get
        {
            lock (_gate)
                return Next()?.Due;
        }
    }

    /// <summary>The number of the timer that was started last.</summary>
    internal long LastOrder => Volatile.Read(ref _created);

    /// <summary>Moves to the next due time and takes one timer, unless that is due later, or was started later.</summary>
    internal Entry? TryTake(long limit, long lastOrder)
    {
        lock (_gate)
        {
            if (Next() is not { } next || next.Due > limit || next.Order > lastOrder)
                return null;
            _now = Math.Max(_now, next.Due);
            _heap.Remove(next);
            if (next.Period > 0)
            {
                next.Due += next.Period;
                _heap.Add(next);
            }

            return next;
        }
    }

    internal void MoveTo(long end)
    {
        lock (_gate)
            _now = Math.Max(_now, end);
    }

    internal void Clear()
    {
        lock (_gate)
            _heap.Clear();
    }

    Entry? Next()
    {
        while (_heap.Peek() is { } next)
        {
            if (!next.IsCancelled && next.Process is not { IsDead: true })
                return next;
            _heap.Remove(next);
        }

        return null;
    }

    bool Change(Timer timer, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        if (timer.IsDisposed)
            return false;
        lock (_gate)
            _heap.Remove(timer);
        if (dueTime != Timeout.InfiniteTimeSpan)
            Add(timer, dueTime, period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period);
        return true;
    }

    void End(Timer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _heap.Remove(timer);
        }
    }

    /// <summary>Something that is due at a time.</summary>
    internal abstract class Entry
    {
        public long Order { get; set; }

        public long Due { get; set; }

        public long Period { get; set; }

        /// <summary>The place in the heap; -1 when it is not running.</summary>
        public int Index { get; set; } = -1;

        /// <summary>What ends with it; null for the test's own.</summary>
        public SimulatedProcess? Process { get; set; }

        public virtual bool IsCancelled => false;

        public abstract void Fire();
    }

    sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : Entry, ITimer
    {
        public bool IsDisposed { get; set; }

        public override void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => time.Change(this, dueTime, period);

        public void Dispose() => time.End(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A binary heap whose members know their places, so that a cancelled timer leaves nothing behind.</summary>
    sealed class TimerHeap
    {
        readonly List<Entry> _heap = [];

        public int Count => _heap.Count;

        public Entry? Peek() => _heap.Count > 0 ? _heap[0] : null;

        public void Clear()
        {
            foreach (var entry in _heap)
                entry.Index = -1;
            _heap.Clear();
        }

        public void Add(Entry entry)
        {
            _heap.Add(entry);
            Rise(_heap.Count - 1, entry);
        }

        public void Remove(Entry entry)
        {
            if (entry.Index < 0)
                return;
            var hole = entry.Index;
            entry.Index = -1;
            var last = _heap[^1];
            _heap.RemoveAt(_heap.Count - 1);
            if (last == entry)
                return;
            Sink(hole, last);
            if (last.Index == hole)
                Rise(hole, last);
        }

        static bool IsBefore(Entry a, Entry b) => a.Due < b.Due || (a.Due == b.Due && a.Order < b.Order);

        void Rise(int index, Entry entry)
        {
            while (index > 0 && IsBefore(entry, _heap[(index - 1) / 2]))
            {
                Put(index, _heap[(index - 1) / 2]);
                index = (index - 1) / 2;
            }

            Put(index, entry);
        }

        void Sink(int index, Entry entry)
        {
            while (index * 2 + 1 is var child && child < _heap.Count)
            {
                if (child + 1 < _heap.Count && IsBefore(_heap[child + 1], _heap[child]))
                    child++;
                if (!IsBefore(_heap[child], entry))
                    break;
                Put(index, _heap[child]);
                index = child;
            }

            Put(index, entry);
        }

        void Put(int index, Entry entry)
        {
            _heap[index] = entry;
            entry.Index = index;
        }
    }
}

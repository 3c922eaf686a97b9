namespace LogosActors.TestKit.Network;

/// <summary>What is to happen when, on one timer: whole milliseconds, each with a list of what is due then.</summary>
/// <remarks>Rounded up to the millisecond, so that a timer serves all that fall into it. Adding costs O(1), a millisecond O(log n).</remarks>
internal sealed class Arrivals<T> : IDisposable
{
    readonly TimeProvider _time;
    readonly Action<T> _arrive;
    readonly ITimer _timer;
    readonly Dictionary<long, List<T>> _due = [];
    readonly PriorityQueue<long, long> _order = new();
    readonly Stack<List<T>> _spare = new();
    long _next = long.MaxValue;

    public Arrivals(TimeProvider time, Action<T> arrive)
    {
        (_time, _arrive) = (time, arrive);
        _timer = time.CreateTimer(static arrivals => ((Arrivals<T>)arrivals!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    long Ticks => _time.GetTimestamp();

    /// <summary>Due after at least the delay.</summary>
    public void Add(T arrival, TimeSpan delay) => AddAt(arrival, Ticks + delay.Ticks);

    /// <summary>Due at a time of the clock's, in ticks.</summary>
    public void AddAt(T arrival, long ticks)
    {
        var millisecond = (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        if (!_due.TryGetValue(millisecond, out var due))
        {
            _due.Add(millisecond, due = _spare.TryPop(out var spare) ? spare : []);
            _order.Enqueue(millisecond, millisecond);
            if (millisecond < _next)
                SetTimer(millisecond);
        }
        due.Add(arrival);
    }

    public void Dispose() => _timer.Dispose();

    void Fire()
    {
        var now = Ticks / TimeSpan.TicksPerMillisecond;
        _next = long.MaxValue;
        while (_order.TryPeek(out var millisecond, out _) && millisecond <= now)
        {
            _order.Dequeue();
            _due.Remove(millisecond, out var due);
            foreach (var arrival in due!)
                _arrive(arrival);
            due.Clear();
            _spare.Push(due);
        }
        if (_order.TryPeek(out var next, out _))
            SetTimer(next);
    }

    void SetTimer(long millisecond)
    {
        _next = millisecond;
        _timer.Change(TimeSpan.FromTicks(Math.Max(0, (millisecond * TimeSpan.TicksPerMillisecond) - Ticks)), Timeout.InfiniteTimeSpan);
    }
}

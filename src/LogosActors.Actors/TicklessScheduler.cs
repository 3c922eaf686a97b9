using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace LogosActors.Actors;

/// <summary>Akka's scheduler without a tick: the process wakes when something is due, and at no other time.</summary>
/// <remarks>
/// Akka's own (<c>HashedWheelTimerScheduler</c>) wakes at every tick, which is most of what an idle node would cost
/// (measured: benchmarks/run actors, "idle actor system"). Named in <see cref="LogosSystem.Defaults"/>; a node in an application's
/// system uses whatever scheduler that system has. Messages go out in the order in which they are due, from a thread of the thread
/// pool, at most a few milliseconds late and never early. What has been cancelled is removed when it would have been due, or when it
/// is half of everything, whichever is first.
/// </remarks>
public sealed class TicklessScheduler : SchedulerBase, IDisposable
{
    /// <summary>With fewer entries than this, cancelled ones wait until they would have been due.</summary>
    const int FewEntries = 1024;

    readonly Lock _lock = new();
    readonly PriorityQueue<Entry, (TimeSpan Due, long Number)> _entries = new();
    readonly List<Entry> _due = [];
    readonly Timer _timer;
    TimeSpan _wakeAt = TimeSpan.MaxValue;
    long _lastNumber;
    int _removeCancelledAt = FewEntries;
    bool _isFiring;
    bool _isDisposed;

    /// <summary>Called by Akka.</summary>
    /// <param name="config"><c>akka.scheduler</c>, of which it reads nothing.</param>
    /// <param name="log">Where it reports a scheduled action that threw.</param>
    public TicklessScheduler(Config config, ILoggingAdapter log)
        : base(config, log) => _timer = new Timer(static scheduler => ((TicklessScheduler)scheduler!).Fire(), this, Timeout.Infinite, Timeout.Infinite);

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <summary>How many entries it holds, cancelled ones among them.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Drops what is not due yet. Scheduling anything afterwards raises <see cref="SchedulerException"/>. Called by Akka when the system has stopped.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _entries.Clear();
        }
        _timer.Dispose();
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(new ScheduledTell(receiver, message, sender, cancelable), delay);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(new ScheduledTell(receiver, message, sender, cancelable) { Interval = interval }, initialDelay);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(new ScheduledAction(action, cancelable), delay);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(new ScheduledAction(action.Run, cancelable), delay);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(new ScheduledAction(action, cancelable) { Interval = interval }, initialDelay);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(new ScheduledAction(action.Run, cancelable) { Interval = interval }, initialDelay);

    void Add(Entry entry, TimeSpan delay)
    {
        entry.Due = MonotonicClock + delay;
        lock (_lock)
        {
            if (_isDisposed)
                throw new SchedulerException("The scheduler has been stopped.");
            if (_entries.Count >= _removeCancelledAt)
                RemoveCancelled();
            Enqueue(entry);
            if (!_isFiring)
                WakeForNext();
        }
    }

    void Enqueue(Entry entry) => _entries.Enqueue(entry, (entry.Due, ++_lastNumber));

    void RemoveCancelled()
    {
        var kept = _entries.UnorderedItems.Where(static item => !item.Element.IsCancelled).ToArray();
        _entries.Clear();
        _entries.EnqueueRange(kept);
        _removeCancelledAt = Math.Max(FewEntries, 2 * kept.Length);
    }

    void WakeForNext()
    {
        if (!_entries.TryPeek(out var next, out _) || next.Due >= _wakeAt)
            return;
        _wakeAt = next.Due;
        var wait = Math.Ceiling((next.Due - MonotonicClock).TotalMilliseconds);
        // A timer takes at most 49 days; what is due later is waited for in several steps.
        _timer.Change((long)Math.Clamp(wait, 0, int.MaxValue), Timeout.Infinite);
    }

    void Fire()
    {
        lock (_lock)
        {
            if (_isDisposed || _isFiring)
                return;
            _isFiring = true;
            var now = MonotonicClock;
            while (_entries.TryPeek(out var next, out _) && next.Due <= now)
                _due.Add(_entries.Dequeue());
        }
        foreach (var entry in _due)
            Run(entry);
        lock (_lock)
        {
            if (_isDisposed)
                return;
            foreach (var entry in _due)
            {
                if (entry.Interval <= TimeSpan.Zero || entry.IsCancelled)
                    continue;
                entry.Due += entry.Interval;
                Enqueue(entry);
            }
            _due.Clear();
            _isFiring = false;
            _wakeAt = TimeSpan.MaxValue;
            WakeForNext();
        }
    }

    void Run(Entry entry)
    {
        if (entry.IsCancelled)
            return;
        try
        {
            entry.Run();
        }
        catch (Exception exception)
        {
            // One action must not keep the others from running.
            Log.Error(exception, "A scheduled action failed.");
        }
    }

    abstract class Entry(ICancelable? cancelable)
    {
        /// <summary>On <see cref="MonotonicClock"/>.</summary>
        public TimeSpan Due { get; set; }

        /// <summary>Zero: once.</summary>
        public TimeSpan Interval { get; init; }

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public abstract void Run();
    }

    sealed class ScheduledTell(ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) : Entry(cancelable)
    {
        public override void Run() => receiver.Tell(message, sender);
    }

    sealed class ScheduledAction(Action action, ICancelable? cancelable) : Entry(cancelable)
    {
        public override void Run() => action();
    }
}

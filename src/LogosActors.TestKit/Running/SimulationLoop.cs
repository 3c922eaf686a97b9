using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Persistence;

namespace LogosActors.TestKit.Running;

/// <summary>Gives turns on one thread, to what the seed picks among all that is ready, and moves time when nothing is.</summary>
/// <remarks>
/// What becomes ready during one step is put in the order of its names before the seed chooses, so that the choice does not
/// depend on the order in which a dictionary was walked. A step costs O(1), and allocates nothing.
/// </remarks>
internal sealed class SimulationLoop
{
    const int SchedulingStream = 1;
    const int CrashStream = 2;
    const int ClockStream = 3;
    const int CountedSteps = 10_000;

    // Real time, spent only when a run ends with somebody still waiting; a busy machine may take that long to come back.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    static readonly Comparison<Work?> ByName = static (a, b) =>
        a!.Hash != b!.Hash ? a.Hash.CompareTo(b.Hash)
        : string.CompareOrdinal(a.Name, b.Name) is var byName && byName != 0 ? byName
        : a.Arrival.CompareTo(b.Arrival);

    readonly int _seed;
    readonly bool _isTraced;
    readonly TextWriter? _writer;
    readonly List<string> _sent = [];
    readonly long _maxSteps;
    readonly long _toleratedEscapes;
    readonly SeededRandom _random;
    readonly SeededRandom _crashes;
    readonly SeededRandom _clockSteps;
    readonly ConcurrentQueue<Escape> _escapes = new();
    readonly Dictionary<Type, ulong> _typeHashes = [];
    readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    readonly HashSet<IActorRef> _spared = [];
    readonly SimulatedTaskScheduler _testTasks;
    readonly WorkQueue _bare;
    Work?[] _ready = new Work?[64];
    Work?[] _arrived = new Work?[16];
    SimulationFaults _faults;
    Work? _next;
    int _readyCount;
    int _arrivedCount;
    int _escapeCount;
    Escape? _fatalEscape;
    bool _isEscapeThrown;
    int _handledEscapes;
    int _owner = Environment.CurrentManagedThreadId;
    int _depth;
    bool _isInTurn;
    ulong _messages;

    public SimulationLoop(int seed, SimulationOptions options)
    {
        (_seed, _writer, _maxSteps, _toleratedEscapes) = (seed, options.TraceWriter, options.MaxSteps, options.ToleratedEscapes);
        _isTraced = options.Trace || _writer is not null;
        _faults = options.Faults;
        _random = new SeededRandom(seed, SchedulingStream);
        _crashes = new SeededRandom(seed, CrashStream);
        _clockSteps = new SeededRandom(seed, ClockStream);
        Time = new VirtualTime(options.Start) { Loop = this };
        _testTasks = new SimulatedTaskScheduler(this, null, "(test)/continuations");
        _bare = new WorkQueue(this, null, "(test)/actions", isBare: true);
    }

    public VirtualTime Time { get; }

    public long Steps { get; private set; }

    public ulong Trace { get; private set; } = StableHash.Seed;

    /// <summary>How often other threads have interfered and were tolerated.</summary>
    public int EscapeCount => _handledEscapes;

    /// <summary>The process whose code runs now; null for the test's own.</summary>
    public SimulatedProcess? CurrentProcess { get; private set; }

    /// <summary>Whether escapes are not thrown, because everything comes to its end.</summary>
    public bool IsClosing { get; set; }

    public bool IsForeign => Environment.CurrentManagedThreadId != _owner;

    public SimulationFaults Faults
    {
        get => _faults;
        set => _faults = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Makes the calling thread the one on which everything runs, unless a run is under way.</summary>
    public void Adopt()
    {
        if (_depth == 0)
            _owner = Environment.CurrentManagedThreadId;
    }

    public void Ready(Work work)
    {
        if (work.Process is { IsDead: true })
            return;
        if (_arrivedCount == _arrived.Length)
            Array.Resize(ref _arrived, _arrivedCount * 2);
        work.Arrival = _arrivedCount;
        _arrived[_arrivedCount++] = work;
    }

    /// <summary>Runs an action in a turn of its own, outside of all task schedulers.</summary>
    public void Post(Action<object?> callback, object? state)
    {
        if (IsForeign)
            Escaped("posted an action", () => _bare.Add(callback, state));
        else
            _bare.Add(callback, state);
    }

    /// <summary>Records which messages were sent in a step; their order does not count.</summary>
    public void TraceMessage(Work receiver, object message)
    {
        if (!_isTraced)
            return;
        _messages += StableHash.Mix(receiver.Hash, TypeHash(message.GetType()));
        if (_writer is not null)
            _sent.Add($"    {message.GetType()} to {receiver.Name}");
    }

    /// <summary>The actor is never crashed at random.</summary>
    public void Spare(IActorRef actor) => _spared.Add(actor);

    /// <summary>An actor is about to handle a message.</summary>
    public void Handling(SimulatedMailbox.MessageQueue queue, ref Envelope envelope)
    {
        if (_faults.CrashProbability == 0 || !queue.Work.IsApplication || !_crashes.Chance(_faults.CrashProbability)
            || !MayCrash(envelope) || _spared.Contains(queue.Owner) || !_faults.MayCrash(queue.Work.Path))
            return;
        var crash = new InjectedCrashException(queue.Work.Path);
        if (_crashes.Next(2) == 0)
            envelope = CrashSender.Envelope(queue.Owner, crash);
        else
            queue.Work.CrashAfter = crash;
    }

    /// <summary>Another thread has come into the simulation: kept with its stack, and either replayed here or thrown by the next run.</summary>
    public void Escaped(string what, Action? replay)
    {
        _escapes.Enqueue(new Escape(what, Environment.StackTrace, Environment.CurrentManagedThreadId, replay));
        Interlocked.Increment(ref _escapeCount);
    }

    /// <summary>Runs code of the test, or the start of a system, such that its awaits come back to the simulation.</summary>
    public void Call<TState>(SimulatedProcess? process, Action<TState> action, TState state)
    {
        using var entered = new Entered(this);
        var outer = CurrentProcess;
        CurrentProcess = process;
        try
        {
            (process?.Tasks ?? _testTasks).Run(action, state);
        }
        finally
        {
            CurrentProcess = outer;
        }
    }

    /// <summary>Gives turns until the condition holds, or the time is up.</summary>
    /// <returns>Whether the condition came to hold.</returns>
    public bool Run(Func<bool>? condition, TimeSpan time)
    {
        using var entered = new Entered(this);
        var now = Time.GetTimestamp();
        var frame = new Frame(condition, time.Ticks > long.MaxValue - now ? long.MaxValue : now + time.Ticks);
        try
        {
            if (condition?.Invoke() == true)
                return true;
            while (true)
            {
                if (Take() is { } work)
                    RunWork(frame, work);
                else if (!MoveOn(frame))
                    return false;
                if (frame.IsOver)
                    return true;
            }
        }
        finally
        {
            if (_next is { } next)
                Ready(next);
            _next = null;
        }
    }

    /// <summary>A task that nobody on this thread will complete may have escaped; gives it the time to come back and be named.</summary>
    public void ExposeEscape(Func<bool> isOver)
    {
        SpinWait.SpinUntil(() => Volatile.Read(ref _escapeCount) > 0 || isOver(), Patience);
        ThrowEscapes();
    }

    /// <summary>Throws what has escaped beyond what is tolerated; does the rest here.</summary>
    public void ThrowEscapes()
    {
        while (_escapes.TryDequeue(out var escape))
        {
            Interlocked.Decrement(ref _escapeCount);
            if (++_handledEscapes > _toleratedEscapes)
                _fatalEscape ??= escape;
            else
                escape.Replay?.Invoke();
        }

        if (_fatalEscape is not { } fatal || IsClosing)
            return;
        _isEscapeThrown = true;
        throw new SimulationEscapeException(_seed, fatal.What, fatal.Thread, fatal.Stack);
    }

    /// <summary>Throws what has escaped and was not reported by any run.</summary>
    public void ThrowUnreportedEscape()
    {
        IsClosing = false;
        if (!_isEscapeThrown)
            ThrowEscapes();
    }

    /// <summary>Forgets what the test has not run.</summary>
    public void Clear()
    {
        Array.Clear(_ready);
        Array.Clear(_arrived);
        (_readyCount, _arrivedCount, _next) = (0, 0, null);
        Time.Clear();
    }

    // An actor can only fail where its own code runs: not for messages that Akka handles, and not while it recovers (an
    // exception of its OnRecover stops it; and restarted then, it would take answers to the recovery before for its own).
    static bool MayCrash(Envelope envelope) =>
        envelope.Message is not (PoisonPill or Kill or Identify)
        && (envelope.Message is WriteMessageSuccess or LoopMessageSuccess || envelope.Message.GetType().Assembly != typeof(Eventsourced).Assembly)
        && InternalCurrentActorCellKeeper.Current is { } cell && ActorOf(cell) is { } actor && actor is not Eventsourced { IsRecovering: true };

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Actor")]
    static extern ActorBase? ActorOf(ActorCell cell);

    void RunWork(Frame frame, Work work)
    {
        if (work.IsBare)
        {
            RunTurn(frame, work);
            return;
        }

        _next = work;
        (work.Process?.Tasks ?? _testTasks).Run(static on => on.Loop.RunBatch(on.Frame, on.Process), (Loop: this, Frame: frame, work.Process));
    }

    // Turns of one process share a task: what an actor awaits comes back to that task's scheduler.
    void RunBatch(Frame frame, SimulatedProcess? process)
    {
        while (Take() is { } work)
        {
            if (work.IsBare || work.Process != process)
            {
                _next = work;
                return;
            }

            RunTurn(frame, work);
            if (frame.IsOver)
                return;
        }
    }

    void RunTurn(Frame frame, Work work)
    {
        var outer = CurrentProcess;
        CurrentProcess = work.Process;
        _isInTurn = work is MailboxWork or ForeignMailboxWork;
        Steps++;
        try
        {
            work.Run();
        }
        finally
        {
            _isInTurn = false;
            CurrentProcess = outer;
        }

        EndStep(work.Name, work.Hash);
        if (++frame.Steps > _maxSteps - CountedSteps)
            Count(frame, work);
        if (frame.Condition?.Invoke() == true)
            frame.IsOver = true;
    }

    /// <summary>Moves to the next due time and fires what is due then; false, at the end of the time, when there is nothing before it.</summary>
    bool MoveOn(Frame frame)
    {
        if (Time.NextDue is not { } due || due > frame.End)
        {
            // Without a timer there is nothing to wait for until the end of time.
            if (frame.End != long.MaxValue)
                Time.MoveTo(frame.End);
            return false;
        }

        if (due > Time.GetTimestamp() && _clockSteps.Chance(_faults.ClockStepProbability))
            Time.StepClock(_faults.MaxClockStep * ((_clockSteps.NextDouble() * 2) - 1));
        var last = Time.LastOrder;
        var outer = CurrentProcess;
        try
        {
            while (Time.TryTake(due, last) is { } entry)
            {
                CurrentProcess = entry.Process;
                entry.Fire();
                EndStep("(timer)", StableHash.Seed);
            }
        }
        finally
        {
            CurrentProcess = outer;
        }

        if (++frame.Steps > _maxSteps)
            throw new SimulationEndlessException(_seed, _maxSteps, Busiest());
        if (frame.Condition?.Invoke() == true)
            frame.IsOver = true;
        return true;
    }

    Work? Take()
    {
        if (_next is { } next)
        {
            _next = null;
            return next;
        }

        if (Volatile.Read(ref _escapeCount) > 0)
            ThrowEscapes();
        if (_arrivedCount > 0)
            Arrive();
        while (_readyCount > 0)
        {
            var choice = _readyCount == 1 ? 0 : _random.Next(_readyCount);
            var work = _ready[choice]!;
            _ready[choice] = _ready[--_readyCount];
            _ready[_readyCount] = null;
            if (work.Process is not { IsDead: true })
                return work;
        }

        return null;
    }

    void Arrive()
    {
        if (_arrivedCount > 1)
            _arrived.AsSpan(0, _arrivedCount).Sort(ByName);
        while (_readyCount + _arrivedCount > _ready.Length)
            Array.Resize(ref _ready, _ready.Length * 2);
        _arrived.AsSpan(0, _arrivedCount).CopyTo(_ready.AsSpan(_readyCount));
        _readyCount += _arrivedCount;
        Array.Clear(_arrived, 0, _arrivedCount);
        _arrivedCount = 0;
    }

    void EndStep(string name, ulong who)
    {
        if (!_isTraced)
            return;
        if (_writer is not null)
            WriteStep(name);
        Trace = StableHash.Mix(StableHash.Mix(Trace, who + _messages), (ulong)Time.GetTimestamp());
        _messages = 0;
    }

    void WriteStep(string name)
    {
        _writer!.WriteLine($"{Steps} {Time.Elapsed} {name}");
        _sent.Sort(StringComparer.Ordinal);
        foreach (var sent in _sent)
            _writer.WriteLine(sent);
        _sent.Clear();
    }

    ulong TypeHash(Type type)
    {
        if (!_typeHashes.TryGetValue(type, out var hash))
            _typeHashes[type] = hash = StableHash.Of(type.ToString());
        return hash;
    }

    void Count(Frame frame, Work work)
    {
        _counts[work.Name] = _counts.GetValueOrDefault(work.Name) + 1;
        if (frame.Steps > _maxSteps)
            throw new SimulationEndlessException(_seed, _maxSteps, Busiest());
    }

    string Busiest() => string.Join(", ", _counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
        .Take(5).Select(count => $"{count.Key} ({count.Value} turns)"));

    void Enter()
    {
        Adopt();
        if (IsForeign)
            throw new InvalidOperationException("Another thread is running this simulation.");
        if (_isInTurn)
            throw new InvalidOperationException("An actor cannot wait: it has the only thread of the simulation. Send a message, or pipe a task to Self.");
        _depth++;
    }

    sealed record Escape(string What, string Stack, int Thread, Action? Replay);

    /// <summary>One call of <see cref="Run"/>; calls nest when code of the test that awaits runs the simulation itself.</summary>
    sealed class Frame(Func<bool>? condition, long end)
    {
        public Func<bool>? Condition => condition;

        public long End => end;

        public long Steps { get; set; }

        public bool IsOver { get; set; }
    }

    /// <summary>Nothing of the test's surroundings is visible to what runs.</summary>
    readonly struct Entered : IDisposable
    {
        readonly SimulationLoop _loop;
        readonly SynchronizationContext? _context = SynchronizationContext.Current;
        readonly Activity? _activity = Activity.Current;

        public Entered(SimulationLoop loop)
        {
            _loop = loop;
            loop.Enter();
            SynchronizationContext.SetSynchronizationContext(null);
            Activity.Current = null;
        }

        public void Dispose()
        {
            _loop._depth--;
            Activity.Current = _activity;
            SynchronizationContext.SetSynchronizationContext(_context);
        }
    }
}

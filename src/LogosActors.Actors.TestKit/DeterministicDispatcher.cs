using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LogosActors.Actors.Embedded;

namespace LogosActors.Actors.TestKit;

/// <summary>Gives turns on one thread, to the actor that the seed picks among those that are ready.</summary>
/// <remarks>
/// <para>What is posted (continuations of the test's own asynchronous code, kept promises) waits in one queue in its order;
/// the head of that queue competes for its turn like one more actor. A turn costs O(1) and allocates nothing.</para>
/// <para>No code may leave the thread. Promises of the host are kept from the pump's own frame, where no synchronization
/// context is current, so that continuations marked <c>ConfigureAwait(false)</c> run there and then. What escapes all
/// the same (<c>Task.Run</c>, real I/O) is noticed when it comes back, and is an error that shows where it came from.</para>
/// </remarks>
internal sealed class DeterministicDispatcher : Dispatcher
{
    const int SchedulingStream = 1;
    const int CrashStream = 2;

    readonly SeededRandom _random;
    readonly SeededRandom _crashes;
    readonly VirtualTime _time;
    readonly int _seed;
    readonly ConcurrentQueue<string> _escapes = new();
    readonly Queue<(SendOrPostCallback Callback, object? State, bool InContext)> _posted = new();
    readonly Dictionary<Type, ulong> _typeHashes = [];
    readonly Dictionary<string, int> _turns = new(StringComparer.Ordinal);
    readonly PumpContext _context;
    FaultPlan _faults;
    ActorCell?[] _ready = new ActorCell?[64];
    int _readyCount;
    int _randomsCreated;
    int _thread;
    bool _inTurn;
    int _pumps;

    public DeterministicDispatcher(int seed, VirtualTime time, FaultPlan faults)
    {
        (_seed, _time, _faults) = (seed, time, faults);
        _random = new SeededRandom(seed, SchedulingStream);
        _crashes = new SeededRandom(seed, CrashStream);
        _context = new PumpContext(this);
        SharedRandom = new Random(seed);
        Adopt();
    }

    public override bool Intervenes => true;

    public override Random SharedRandom { get; }

    // Continuations run inside the completion, and completions run in the pump's own frame.
    public override TaskCreationOptions PromiseOptions => TaskCreationOptions.None;

    public override SynchronizationContext Context => _context;

    /// <summary>A running hash of who handled what and when.</summary>
    public ulong Trace { get; private set; } = 14695981039346656037;

    public bool IsTraced { get; set; } = true;

    /// <summary>How many messages have been handled.</summary>
    public long Messages { get; private set; }

    public FaultPlan Faults
    {
        set => _faults = value;
    }

    /// <summary>Whether turns are counted by actor, for the message about a run that does not end.</summary>
    public bool CountsTurns { get; set; }

    public override void Schedule(ActorCell cell)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Escape($"woke {cell}");
            return;
        }

        if (_readyCount == _ready.Length)
            Array.Resize(ref _ready, _readyCount * 2);
        _ready[_readyCount++] = cell;
    }

    public override void BeforeMessage(ActorCell cell, object message)
    {
        Messages++;
        if (IsTraced)
            Trace = Mix(Mix(Mix(Trace, PathHash(cell)), TypeHash(message.GetType())), (ulong)_time.GetTimestamp());
        if (_crashes.Chance(_faults.CrashProbability) && message is not ProbeActor.Command && cell.Props.ActorType != typeof(ProbeActor)
            && _faults.MayCrash(cell.Path))
            throw new InjectedCrashException(cell.Path);
    }

    public override Random CreateRandom(ActorCell cell) =>
        new(unchecked((int)Mix(Mix((ulong)_seed, PathHash(cell)), (ulong)_randomsCreated++)));

    public override void Complete<TState>(Action<TState> complete, TState state) =>
        Enqueue(static boxed =>
        {
            var (keep, value) = ((Action<TState>, TState))boxed!;
            keep(value);
        }, (complete, state), inContext: false);

    public override void Post(SendOrPostCallback callback, object? state) => Enqueue(callback, state, inContext: true);

    /// <summary>Makes the calling thread the one on which everything runs, unless the pump is at work.</summary>
    public void Adopt()
    {
        if (_pumps == 0)
            _thread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Begins to pump on this thread. Pumps may nest: a test's own asynchronous code may wait for more.</summary>
    public void EnterPump()
    {
        Adopt();
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("The deterministic host is being pumped by another thread.");
        if (_inTurn)
            throw new InvalidOperationException("An actor cannot wait for others: it has the only thread. Use Ask, PipeTo or a message.");
        _pumps++;
    }

    public void ExitPump() => _pumps--;

    /// <summary>Gives one turn; false when nobody is ready.</summary>
    public bool RunOne()
    {
        if (!_escapes.IsEmpty)
            ThrowEscape();
        var choices = _readyCount + (_posted.Count > 0 ? 1 : 0);
        if (choices == 0)
            return false;
        var choice = choices == 1 ? 0 : _random.Next(choices);
        if (choice == _readyCount)
        {
            RunPosted();
            return true;
        }

        var cell = _ready[choice]!;
        _ready[choice] = _ready[--_readyCount];
        _ready[_readyCount] = null;
        if (CountsTurns)
            Count(cell.Path);
        _inTurn = true;
        try
        {
            if (cell.RunTurn())
                Schedule(cell);
        }
        finally
        {
            _inTurn = false;
        }

        return true;
    }

    /// <summary>A task that nobody on this thread will end may have escaped; gives it the time to come back and be named.</summary>
    public void ExposeEscape(TimeSpan patience)
    {
        SpinWait.SpinUntil(() => !_escapes.IsEmpty, patience);
        if (!_escapes.IsEmpty)
            ThrowEscape();
    }

    /// <summary>The actors with the most counted turns.</summary>
    public string DescribeBusiest() =>
        string.Join(", ", _turns.OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).Take(5)
            .Select(t => $"{t.Key} ({t.Value} turns)"));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong hash, ulong value) => (hash ^ value) * 0x9E3779B97F4A7C15 is var h ? h ^ (h >> 29) : 0;

    static ulong PathHash(ActorCell? cell)
    {
        var hash = 14695981039346656037UL;
        for (; cell is not null; cell = cell.Parent)
            hash = Mix(TextHash(cell.Name), hash);
        return hash;
    }

    // Not string.GetHashCode, which differs from process to process.
    static ulong TextHash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    ulong TypeHash(Type type)
    {
        if (!_typeHashes.TryGetValue(type, out var hash))
            _typeHashes[type] = hash = TextHash(type.FullName ?? type.Name);
        return hash;
    }

    void Enqueue(SendOrPostCallback callback, object? state, bool inContext)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            Escape("posted a continuation");
        else
            _posted.Enqueue((callback, state, inContext));
    }

    void RunPosted()
    {
        var (callback, state, inContext) = _posted.Dequeue();
        if (CountsTurns)
            Count("(posted continuations)");
        if (!inContext)
        {
            callback(state);
            return;
        }

        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    void Count(string who) => _turns[who] = _turns.GetValueOrDefault(who) + 1;

    void Escape(string what) => _escapes.Enqueue($"Thread {Environment.CurrentManagedThreadId} {what}.{Environment.NewLine}{Environment.StackTrace}");

    void ThrowEscape()
    {
        _escapes.TryDequeue(out var escape);
        throw new InvalidOperationException(
            "Code has left the thread of the deterministic host, so that the run cannot be repeated. Look for Task.Run, real time, real I/O, "
            + $"or ConfigureAwait(false) in an actor or in what it calls. {escape}");
    }

    sealed class PumpContext(DeterministicDispatcher dispatcher) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => dispatcher.Post(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("There is one thread only, and it is busy calling this.");

        public override SynchronizationContext CreateCopy() => this;
    }
}

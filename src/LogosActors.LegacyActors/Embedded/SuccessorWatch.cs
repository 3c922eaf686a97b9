namespace LogosActors.Actors.Embedded;

/// <summary>Hands successors to the pool that have waited for one and the same turn for longer than a tick.</summary>
/// <remarks>
/// A thread of its own, since all threads of the pool may be blocked by the very handlers that successors wait for. It
/// sleeps without ticks when no actor has had a turn for a while.
/// </remarks>
internal static class SuccessorWatch
{
    // A successor waits for two ticks at most.
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // A node at rest has some turns each second: few enough that the ticks after them cost nothing that counts.
    const int TicksUntilRest = 10;

    static readonly Lock Gate = new();
    static readonly List<Watched> Threads = [];
    static readonly AutoResetEvent Woken = new(initialState: false);
    static bool _isStarted;
    static int _isAwake;

    /// <summary>Watches over a thread's successor for as long as the thread lives.</summary>
    public static Successor Register(Successor successor)
    {
        lock (Gate)
        {
            Threads.Add(new Watched(successor));
            if (!_isStarted)
            {
                _isStarted = true;
                new Thread(Watch) { IsBackground = true, Name = "Actor successors" }.UnsafeStart();
            }
        }

        return successor;
    }

    /// <summary>Says that there is a successor to watch over.</summary>
    /// <remarks>A read, nearly always. It must not be reordered before the write of the successor; the fence for that is on
    /// the other side, in <see cref="Rest"/>, where it is rare.</remarks>
    public static void Wake()
    {
        if (Volatile.Read(ref _isAwake) == 0 && Interlocked.Exchange(ref _isAwake, 1) == 0)
            Woken.Set();
    }

    static void Watch()
    {
        while (true)
        {
            Rest();
            for (var idleTicks = 0; idleTicks < TicksUntilRest; idleTicks++)
            {
                Thread.Sleep(Tick);
                if (HandOverLate())
                    idleTicks = 0;
            }
        }
    }

    static void Rest()
    {
        Volatile.Write(ref _isAwake, 0);
        Interlocked.MemoryBarrierProcessWide();
        // Whoever kept a successor before the barrier is seen here; whoever does it later sees that we rest.
        if (!IsAnyWaiting())
            Woken.WaitOne();
        Volatile.Write(ref _isAwake, 1);
    }

    static bool IsAnyWaiting()
    {
        lock (Gate)
            return Threads.Exists(static thread => thread.IsWaiting);
    }

    /// <summary>Hands over what has waited since the last tick. True when any thread has had a turn since then.</summary>
    static bool HandOverLate()
    {
        lock (Gate)
        {
            Threads.RemoveAll(static thread => !thread.IsAlive);
            var isBusy = false;
            foreach (var thread in Threads)
                isBusy |= thread.Look();
            return isBusy;
        }
    }

    /// <summary>A thread's successor, and how far the thread was at the last tick. Does not keep a dead thread's alive.</summary>
    sealed class Watched(Successor successor)
    {
        readonly WeakReference<Successor> _successor = new(successor);
        int _turnsSeen;

        public bool IsAlive => _successor.TryGetTarget(out _);

        public bool IsWaiting => _successor.TryGetTarget(out var successor) && successor.IsWaiting;

        public bool Look()
        {
            if (!_successor.TryGetTarget(out var successor))
                return false;
            var turns = successor.Turns;
            if (turns != _turnsSeen)
            {
                _turnsSeen = turns;
                return true;
            }

            if (!successor.IsWaiting)
                return false;
            if (successor.Take() is { } late)
                ThreadPoolDispatcher.Queue(late);
            return true;
        }
    }
}

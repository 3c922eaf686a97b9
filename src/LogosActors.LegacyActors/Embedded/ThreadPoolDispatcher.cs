namespace LogosActors.Actors.Embedded;

/// <summary>Turns on the .NET thread pool.</summary>
/// <remarks>
/// The first actor that a turn makes ready is kept as the thread's <em>successor</em> and runs right after it, while the
/// message is still in the core's cache and without waking anybody. Everything else goes into the pool's common queue,
/// first in, first out. Two rules keep that fair: a streak of successors ends after <see cref="LongestStreak"/> turns or
/// about <see cref="LongestStreakMilliseconds"/>, and <see cref="SuccessorWatch"/> hands a successor to the pool when the
/// turn before it takes long, because its handler computes or blocks.
/// </remarks>
internal sealed class ThreadPoolDispatcher : Dispatcher
{
    const int LongestStreak = 64;
    const long LongestStreakMilliseconds = 1;

    [ThreadStatic]
    static Successor? _successorOfThread;

    /// <summary>Gives the actor its turn on this thread of the pool, and then its successors theirs.</summary>
    public static void Run(ActorCell cell)
    {
        var successor = _successorOfThread ??= SuccessorWatch.Register(new Successor());
        var started = Environment.TickCount64;
        for (var turns = 1; ; turns++)
        {
            successor.BeginTurn(isOpen: turns < LongestStreak && Environment.TickCount64 - started <= LongestStreakMilliseconds);
            var hasMore = cell.RunTurn();
            var next = successor.EndTurn();
            // It has had its share; whoever waits comes first.
            if (hasMore)
                Queue(cell);
            if (next is null)
                return;
            cell = next;
        }
    }

    /// <summary>Puts the actor into the pool's common queue.</summary>
    public static void Queue(ActorCell cell) => ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);

    public override void Schedule(ActorCell cell)
    {
        if (_successorOfThread?.TryKeep(cell) != true)
            Queue(cell);
    }
}

/// <summary>The actor that runs on a thread after the one that has the turn.</summary>
internal sealed class Successor
{
    ActorCell? _cell;
    int _turns;
    bool _isOpen;

    /// <summary>How many turns the thread has begun; others read it to see whether it gets on.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>Whether an actor waits for the turn to end.</summary>
    public bool IsWaiting => Volatile.Read(ref _cell) is not null;

    public void BeginTurn(bool isOpen)
    {
        Volatile.Write(ref _turns, _turns + 1);
        _isOpen = isOpen;
    }

    /// <summary>Keeps the actor, if it is the first of this turn. Called by the thread that has the turn.</summary>
    public bool TryKeep(ActorCell cell)
    {
        if (!_isOpen)
            return false;
        // One for each turn: whoever wakes many wants them to run side by side.
        _isOpen = false;
        Volatile.Write(ref _cell, cell);
        SuccessorWatch.Wake();
        return true;
    }

    public ActorCell? EndTurn()
    {
        _isOpen = false;
        return IsWaiting ? Take() : null;
    }

    /// <summary>Takes the actor; only one of the thread and the watch gets it.</summary>
    public ActorCell? Take() => Interlocked.Exchange(ref _cell, null);
}

namespace LogosActors.Actors.Embedded;

/// <summary>Turns on the .NET thread pool.</summary>
/// <remarks>
/// The first actor that a turn makes ready goes into the queue of the turn's own thread, which takes it next while the
/// message is still in its cache; idle threads may steal it, so a handler that blocks holds nobody up. Everything else
/// goes into the pool's common queue, first in, first out. A thread looks into the common queue only when its own is
/// empty, so a chain of actors that wake each other on one thread ends after <see cref="LongestStreak"/> turns: two
/// chatting actors must not starve a third.
/// </remarks>
internal sealed class ThreadPoolDispatcher : Dispatcher
{
    const int LongestStreak = 64;

    [ThreadStatic]
    static Streak? _streakOfThread;

    /// <summary>Gives the actor its turn on this thread of the pool.</summary>
    public static void Run(ActorCell cell)
    {
        var streak = _streakOfThread ??= new Streak();
        streak.BeginTurn(cell);
        var hasMore = cell.RunTurn();
        streak.EndTurn();
        // It has had its share; whoever waits comes first.
        if (hasMore)
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    public override void Schedule(ActorCell cell) =>
        ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: _streakOfThread?.TryContinueWith(cell) == true);

    /// <summary>The turns that follow from each other on one thread.</summary>
    sealed class Streak
    {
        ActorCell? _next;
        int _length;
        bool _mayContinue;

        public void BeginTurn(ActorCell cell)
        {
            _length = cell == _next ? _length + 1 : 0;
            _next = null;
            _mayContinue = _length < LongestStreak;
        }

        public void EndTurn() => _mayContinue = false;

        public bool TryContinueWith(ActorCell cell)
        {
            if (!_mayContinue)
                return false;
            _mayContinue = false;
            _next = cell;
            return true;
        }
    }
}

namespace LogosActors.Delivery.Relay;

/// <summary>Shows what travels on the joined shards to watchers outside the actors. For any number of threads.</summary>
/// <remarks>Watchers stay when the relay is made anew. Each runs for one message after the other, and hands on.</remarks>
internal sealed class RelayTap
{
    Action<RelayTopics.Seen>? _watchers;

    /// <summary>Shows every message from now on; disposing the result ends it.</summary>
    public IDisposable Watch(Action<RelayTopics.Seen> watcher)
    {
        Change(watchers => watchers + watcher);
        return new Watching(this, watcher);
    }

    /// <summary>Shows a message to the watchers. One caller at a time.</summary>
    public void Show(RelayTopics.Seen seen) => Volatile.Read(ref _watchers)?.Invoke(seen);

    void Change(Func<Action<RelayTopics.Seen>?, Action<RelayTopics.Seen>?> change)
    {
        Action<RelayTopics.Seen>? before;
        do
        {
            before = Volatile.Read(ref _watchers);
        }
        while (Interlocked.CompareExchange(ref _watchers, change(before), before) != before);
    }

    sealed class Watching(RelayTap tap, Action<RelayTopics.Seen> watcher) : IDisposable
    {
        int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                tap.Change(watchers => watchers - watcher);
        }
    }
}

using Akka.Actor;

namespace LogosActors.Delivery.Relay;

/// <summary>Shows what travels on the joined shards to watchers outside the actors, such as a REST API. For any number of threads.</summary>
/// <remarks>Watchers stay when the node is stopped and started. Each runs for one message after the other, and returns soon. While there are
/// none, there is no <see cref="RelayTapActor"/>, and nobody is sent anything.</remarks>
internal sealed class RelayTap
{
    readonly Lock _gate = new();
    volatile Action<RelayTopics.Seen>? _watchers;
    volatile IActorRef? _actor;
    Action? _changed;

    /// <summary>Whether anybody watches.</summary>
    public bool IsWatched => _watchers is not null;

    /// <summary>Takes what this node publishes, as <see cref="RelayTopics.Seen"/>; null: nobody watches.</summary>
    public IActorRef? Actor
    {
        get => _actor;
        set => _actor = value;
    }

    /// <summary>Shows every message from now on; disposing the result ends it.</summary>
    public IDisposable Watch(Action<RelayTopics.Seen> watcher)
    {
        Change(watchers => watchers + watcher);
        return new Watching(this, watcher);
    }

    /// <summary>Calls an observer when <see cref="IsWatched"/> may have changed; null: nobody.</summary>
    public void OnChange(Action? changed)
    {
        lock (_gate)
            _changed = changed;
    }

    /// <summary>Shows a message to the watchers. One caller at a time.</summary>
    public void Show(RelayTopics.Seen seen) => _watchers?.Invoke(seen);

    void Change(Func<Action<RelayTopics.Seen>?, Action<RelayTopics.Seen>?> change)
    {
        lock (_gate)
        {
            _watchers = change(_watchers);
            _changed?.Invoke();
        }
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

namespace LogosActors.Actors.Embedded;

/// <summary>Gives actors that have work a turn.</summary>
internal abstract class Dispatcher
{
    /// <summary>The dispatcher of systems that name no other.</summary>
    public static Dispatcher Default { get; } = new ThreadPoolDispatcher();

    /// <summary>Gives the actor a turn, soon: calls <see cref="ActorCell.RunTurn"/> once.</summary>
    public abstract void Schedule(ActorCell cell);

    /// <summary>Called before each message of a user; what it throws is the handler's failure.</summary>
    public virtual void BeforeMessage(ActorCell cell, object message)
    {
    }

    /// <summary>Whether <see cref="BeforeMessage"/> wants to be called.</summary>
    public virtual bool Intervenes => false;

    /// <summary>For decisions of the host itself, such as jitter.</summary>
    public virtual Random SharedRandom => Random.Shared;

    /// <summary>A random source for one actor.</summary>
    public virtual Random CreateRandom(ActorCell cell) => new();

    /// <summary>How the host's promises are made: by default, what waits for one goes on apart from whoever keeps it.</summary>
    public virtual TaskCreationOptions PromiseOptions => TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Where asynchronous methods of the host itself go on after an await; null for the thread pool.</summary>
    public virtual SynchronizationContext? Context => null;

    /// <summary>Keeps a promise: runs <paramref name="complete"/>, at once or soon and apart.</summary>
    public virtual void Complete<TState>(Action<TState> complete, TState state) => complete(state);

    /// <summary>Runs, soon, what belongs to no living actor.</summary>
    public virtual void Post(SendOrPostCallback callback, object? state) =>
        ThreadPool.QueueUserWorkItem(static s => s.callback(s.state), (callback, state), preferLocal: false);
}

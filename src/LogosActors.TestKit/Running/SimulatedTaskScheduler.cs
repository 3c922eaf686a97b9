namespace LogosActors.TestKit.Running;

/// <summary>Where what is awaited in a simulation goes on: on its thread, when the seed picks it.</summary>
/// <remarks>
/// A task scheduler, not a synchronization context: an actor's own (<c>ReceiveAsync</c>) must take precedence over it, as
/// it does over the thread pool.
/// </remarks>
internal sealed class SimulatedTaskScheduler(SimulationLoop loop, SimulatedProcess? process, string name) : TaskScheduler
{
    readonly WorkQueue _queue = new(loop, process, name);
    Task? _batch;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs code here and now such that its awaits come back to this scheduler; rethrows what it throws.</summary>
    public void Run<TState>(Action<TState> action, TState state)
    {
        var outer = _batch;
        var batch = new Task(static boxed =>
        {
            var (run, with) = ((Action<TState>, TState))boxed!;
            run(with);
        }, (action, state), CancellationToken.None, TaskCreationOptions.DenyChildAttach);
        _batch = batch;
        try
        {
            batch.RunSynchronously(this);
        }
        finally
        {
            _batch = outer;
        }

        batch.Rethrow();
    }

    protected override void QueueTask(Task task)
    {
        if (loop.IsForeign)
            loop.Escaped("continued a task", () => QueueTask(task));
        else if (process is not { IsDead: true })
            _queue.Add(boxed => TryExecuteTask((Task)boxed!), task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => task == _batch && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

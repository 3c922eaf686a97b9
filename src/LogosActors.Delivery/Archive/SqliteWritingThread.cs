using System.Collections.Concurrent;

namespace LogosActors.Delivery.Archive;

/// <summary>A thread that writes: one job after another.</summary>
/// <remarks>A commit waits for the disk. In the thread pool, which has as many threads as there are processors, it would keep actors and
/// connections waiting, too.</remarks>
sealed class SqliteWritingThread : IAsyncDisposable
{
    readonly BlockingCollection<Action> _jobs = [];
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    public SqliteWritingThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs a job after those before it.</summary>
    public Task<T> RunAsync<T>(Func<T> job)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add(() =>
        {
            try
            {
                done.SetResult(job());
            }
#pragma warning disable CA1031 // The one that awaits the job gets it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Ends it, when it has run all jobs.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
#pragma warning disable VSTHRD003 // The thread's end; there is no context to deadlock on.
        await _ended.Task.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        _jobs.Dispose();
    }

    void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
            job();
        _ended.SetResult();
    }
}

namespace LogosActors.Actors.TestKit;

/// <summary>A host as a test sees it: a system, and ways to wait that fit the host's idea of time.</summary>
/// <remarks>A test that uses nothing else to wait runs on every host unchanged.</remarks>
public interface ITestHost : IAsyncDisposable
{
    /// <summary>The system under test.</summary>
    ActorSystem System { get; }

    /// <summary>The clock by which expectations wait; not always the system's own.</summary>
    TimeProvider Clock { get; }

    /// <summary>Waits until a task has ended, however; false when it has not in time.</summary>
    Task<bool> WaitAsync(Task task, TimeSpan timeout);

    /// <summary>Waits until a condition holds; false when it did not in time.</summary>
    Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan timeout);

    /// <summary>Lets time pass for the actors, and lets them do what they do in that time.</summary>
    Task AdvanceAsync(TimeSpan time);
}

/// <summary>What every host can do with those few.</summary>
public static class TestHostExtensions
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task's result, for at most 30 s of the host's clock.</summary>
    /// <exception cref="ExpectationFailedException">The task has not ended in that time.</exception>
    public static async Task<T> AwaitAsync<T>(this ITestHost host, Task<T> task)
    {
        await host.AwaitAsync((Task)task);
        return await task;
    }

    /// <summary>Waits for a task's end, for at most 30 s of the host's clock.</summary>
    /// <exception cref="ExpectationFailedException">The task has not ended in that time.</exception>
    public static async Task AwaitAsync(this ITestHost host, Task task)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(task);
        if (!await host.WaitAsync(task, Limit))
            throw new ExpectationFailedException($"The task has not ended within {Limit}.");
        await task;
    }
}

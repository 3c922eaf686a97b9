namespace LogosActors.Actors.TestKit;

/// <summary>The deterministic host; waiting pumps it, on the caller's thread, and returns completed tasks.</summary>
public sealed class DeterministicTestHost(DeterministicHost host) : ITestHost
{
    /// <summary>Starts a system.</summary>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="faults">What goes wrong; null for nothing.</param>
    public DeterministicTestHost(
        int seed, Func<ActorSystemOptions, ActorSystemOptions>? configure = null, FaultPlan? faults = null)
        : this(DeterministicHost.Create(seed, configure, faults))
    {
    }

    /// <summary>The host itself.</summary>
    public DeterministicHost Host => host;

    /// <inheritdoc/>
    public ActorSystem System => host.System;

    /// <inheritdoc/>
    public TimeProvider Clock => host.Time;

    /// <inheritdoc/>
    public Task<bool> WaitAsync(Task task, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Task.FromResult(host.TryRunUntil(() => task.IsCompleted, timeout));
    }

    /// <inheritdoc/>
    public Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan timeout) => Task.FromResult(host.TryRunUntil(condition, timeout));

    /// <inheritdoc/>
    public Task AdvanceAsync(TimeSpan time)
    {
        host.RunFor(time);
        return Task.CompletedTask;
    }

    /// <summary>Terminates the system.</summary>
    public ValueTask DisposeAsync()
    {
        host.Dispose();
        return ValueTask.CompletedTask;
    }
}

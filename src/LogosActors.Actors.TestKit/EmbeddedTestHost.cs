using LogosActors.Actors.Embedded;

namespace LogosActors.Actors.TestKit;

/// <summary>The embedded host, on the thread pool and in real time; its actors' clock is virtual where the options say so.</summary>
/// <remarks>With a <see cref="VirtualTime"/> in <see cref="ActorSystemOptions.Time"/>, <see cref="AdvanceAsync"/> moves that clock and then
/// waits until the actors are at rest; with the system's clock it really waits.</remarks>
public sealed class EmbeddedTestHost : ITestHost
{
    // How often a condition is looked at that nothing can signal.
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    // What actors really do (a write to a file, say) is given so long before virtual time takes their phase away.
    static readonly TimeSpan RealTimePerPhase = TimeSpan.FromSeconds(1);

    // A snapshot of the tree is not taken at one instant; what three in a row agree on has settled.
    const int SnapshotsAtRest = 3;

    /// <summary>Starts a system.</summary>
    /// <param name="options">Null for the defaults, in virtual time.</param>
    public EmbeddedTestHost(ActorSystemOptions? options = null)
        : this(ActorSystem.Create("test", options ?? new ActorSystemOptions { Time = new VirtualTime() }))
    {
    }

    /// <summary>Tests in a system that runs already.</summary>
    public EmbeddedTestHost(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        System = system;
    }

    /// <inheritdoc/>
    public ActorSystem System { get; }

    /// <inheritdoc/>
    public TimeProvider Clock => TimeProvider.System;

    /// <inheritdoc/>
    public async Task<bool> WaitAsync(Task task, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted)
            return true;
        await ((Task)Task.WhenAny(task)).WaitAsync(timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    /// <inheritdoc/>
    public async Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var started = Clock.GetTimestamp();
        while (!condition())
        {
            if (Clock.GetElapsedTime(started) > timeout)
                return false;
            await Task.Delay(PollInterval);
        }

        return true;
    }

    /// <inheritdoc/>
    public async Task AdvanceAsync(TimeSpan time)
    {
        if (System.Time is not VirtualTime virtualTime)
        {
            await Task.Delay(time, System.Time);
            return;
        }

        // What is on its way now may set timers that come due in this time.
        await SettleAsync();
        var end = virtualTime.GetTimestamp() + time.Ticks;
        while (virtualTime.UntilNextTimer is { } wait && virtualTime.GetTimestamp() + wait.Ticks <= end)
        {
            virtualTime.Advance(wait);
            await SettleAsync();
        }

        virtualTime.Advance(TimeSpan.FromTicks(Math.Max(0, end - virtualTime.GetTimestamp())));
    }

    /// <summary>Terminates the system.</summary>
    /// <remarks>In virtual time too this ends though an actor's handler does not: after a second of real time in which the
    /// shutdown got no further, the phase's time-out passes.</remarks>
    public async ValueTask DisposeAsync()
    {
        var terminated = System.TerminateAsync();
        while (System.Time is VirtualTime time && !await WaitAsync(terminated, RealTimePerPhase))
            time.Advance(System.Options.PhaseTimeout);
        await terminated;
    }

    async Task SettleAsync()
    {
        for (var resting = 0; resting < SnapshotsAtRest; resting++)
        {
            await Task.Yield();
            if (!IsAtRest())
            {
                resting = -1;
                await Task.Delay(PollInterval);
            }
        }
    }

    bool IsAtRest() => System.Tree().All(a => a.Actor is not ActorCell { IsScheduled: true });
}

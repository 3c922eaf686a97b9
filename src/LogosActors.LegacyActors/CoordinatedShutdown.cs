using LogosActors.Actors.Embedded;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>The phases of a shutdown, in the order in which they run (Akka's names).</summary>
public enum ShutdownPhase
{
    /// <summary>Prepare: announce the departure.</summary>
    BeforeServiceUnbind,

    /// <summary>Stop accepting connections.</summary>
    ServiceUnbind,

    /// <summary>Let requests that are under way end.</summary>
    ServiceRequestsDone,

    /// <summary>Stop the services.</summary>
    ServiceStop,

    /// <summary>Last words of the application before the actors stop.</summary>
    BeforeActorSystemTerminate,

    /// <summary>The actors stop. Tasks added here run after they have.</summary>
    ActorSystemTerminate,
}

/// <summary>Why a system shuts down.</summary>
/// <param name="Description">For the log.</param>
/// <param name="Cause">The failure behind it, if there is one.</param>
public sealed record ShutdownReason(string Description, Exception? Cause = null)
{
    /// <summary>The application has asked for it, and has not said why.</summary>
    public static ShutdownReason Requested { get; } = new("the application has asked for it");

    /// <summary>The .NET host that the system lives in is stopping.</summary>
    public static ShutdownReason HostStopping { get; } = new("its host is stopping");

    internal static ShutdownReason Escalated(Exception cause) => new("a failure was escalated to the root", cause);
}

/// <summary>Runs tasks in ordered phases when a system ends. The tasks of one phase run side by side.</summary>
/// <remarks>A phase that takes longer than <see cref="ActorSystemOptions.PhaseTimeout"/> is abandoned with a log entry, and
/// so is a task that fails; the next phase runs all the same.</remarks>
public sealed class CoordinatedShutdown
{
    readonly ActorSystem _system;
    readonly Lock _gate = new();
    readonly List<(ShutdownPhase Phase, string Name, Func<CancellationToken, Task> Run)> _tasks = [];
    TaskCompletionSource? _done;
    ShutdownReason? _reason;

    internal CoordinatedShutdown(ActorSystem system) => _system = system;

    /// <summary>Whether the shutdown has begun.</summary>
    public bool IsRunning => Volatile.Read(ref _done) is not null;

    /// <summary>Why the shutdown has begun: the reason of whoever asked first; null before.</summary>
    public ShutdownReason? Reason => Volatile.Read(ref _reason);

    /// <summary>Adds a task to a phase.</summary>
    /// <param name="phase">When it runs.</param>
    /// <param name="name">For the log.</param>
    /// <param name="run">The work; its token is cancelled when the phase's time is up.</param>
    /// <exception cref="InvalidOperationException">The shutdown has begun.</exception>
    public void AddTask(ShutdownPhase phase, string name, Func<CancellationToken, Task> run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        lock (_gate)
        {
            if (_done is not null)
                throw new InvalidOperationException($"The shutdown has begun; '{name}' comes too late.");
            _tasks.Add((phase, name, run));
        }
    }

    /// <summary>Runs all phases, once; later calls wait for the first.</summary>
    /// <param name="reason">Why; null for <see cref="ShutdownReason.Requested"/>. Logged, and kept in <see cref="Reason"/>.</param>
    public Task RunAsync(ShutdownReason? reason = null)
    {
        lock (_gate)
        {
            if (_done is not null)
                return _done.Task;
            _reason = reason ?? ShutdownReason.Requested;
            _done = new TaskCompletionSource(_system.PromiseOptions);
        }

        // In the host's context, not in that of whoever asks for the shutdown: an actor that does is itself about to stop.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_system.Context);
        _ = RunPhasesAsync(_done);
        SynchronizationContext.SetSynchronizationContext(outer);
        return _done.Task;
    }

    async Task RunPhasesAsync(TaskCompletionSource done)
    {
        var log = UnfailingLogger.Create(_system.LoggerFactory, typeof(CoordinatedShutdown).FullName!);
        var reason = _reason!;
        log.Log(
            reason.Cause is null ? LogLevel.Information : LogLevel.Error, reason.Cause,
            "The system {System} shuts down: {Reason}", _system.Name, reason.Description);
        foreach (var phase in Enum.GetValues<ShutdownPhase>())
        {
            if (phase == ShutdownPhase.ActorSystemTerminate)
                await RunPhaseAsync(phase, [("stop all actors", _ => _system.StopTreeAsync())], log);
            await RunPhaseAsync(phase, [.. _tasks.Where(t => t.Phase == phase).Select(t => (t.Name, t.Run))], log);
        }

        _system.Complete(done);
    }

    async Task RunPhaseAsync(
        ShutdownPhase phase, (string Name, Func<CancellationToken, Task> Run)[] tasks, ILogger log)
    {
        if (tasks.Length == 0)
            return;
        using var timeout = new CancellationTokenSource(_system.Options.PhaseTimeout, _system.Time);
        await Task.WhenAll(tasks.Select(t => RunTaskAsync(phase, t.Name, t.Run, log, timeout.Token)));
    }

    async Task RunTaskAsync(
        ShutdownPhase phase, string name, Func<CancellationToken, Task> run, ILogger log, CancellationToken timeout)
    {
        try
        {
            await run(timeout).WaitAsync(timeout);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            log.LogWarning(
                "Shutdown phase {Phase}: '{Task}' did not end within {Timeout}; going on. Actors still there: {Actors}",
                phase, name, _system.Options.PhaseTimeout, string.Join(", ", _system.Tree().Select(a => $"{a.Actor} ({a.State})")));
        }
#pragma warning disable CA1031 // one task's failure must not keep the others from shutting down
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "Shutdown phase {Phase}: '{Task}' failed; going on", phase, name);
        }
    }
}

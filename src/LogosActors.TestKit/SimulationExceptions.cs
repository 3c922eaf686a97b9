namespace LogosActors.TestKit;

/// <summary>What a test waited for did not happen within the virtual time that it had.</summary>
public sealed class SimulationTimeoutException(int seed, string message) : TimeoutException($"Seed {seed}: {message}")
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;
}

/// <summary>Code has left the simulation's thread, so that the run cannot be repeated.</summary>
/// <remarks>Look for <c>Task.Run</c>, <c>Ask</c>, real timers, real I/O and <c>ConfigureAwait(false)</c> in <see cref="EscapeStack"/>.</remarks>
public sealed class SimulationEscapeException(int seed, string what, int thread, string stack) : InvalidOperationException(
    $"Seed {seed}: thread {thread} {what} while it was not the simulation's thread, so that the run cannot be repeated. Look for Task.Run, Ask, " +
    $"real timers, real I/O or ConfigureAwait(false) in what the stack names. (A test that goes on in another thread calls Simulation.System " +
    $"before it sends anything.) The stack of that thread:{Environment.NewLine}{stack}")
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;

    /// <summary>The stack of the thread that has come back into the simulation.</summary>
    public string EscapeStack { get; } = stack;
}

/// <summary>A run took more steps than <see cref="SimulationOptions.MaxSteps"/>: probably actors that send for ever while no time passes.</summary>
public sealed class SimulationEndlessException(int seed, long steps, string busiest)
    : Exception($"Seed {seed}: the run has not ended after {steps} steps. Busiest lately: {busiest}.")
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;
}

/// <summary>A scenario failed with one of the seeds of <see cref="Simulation.Explore(int, Action{Simulation}, SimulationOptions?)"/>; the inner exception says how.</summary>
public sealed class SimulationFailedException(int seed, string where, Exception innerException) : Exception(
    $"Seed {seed} failed {where}: {innerException.Message}{Environment.NewLine}Replay it alone with {Simulation.SeedVariable}={seed}.", innerException)
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;
}

/// <summary>What a test expected did not happen, or something else did.</summary>
public sealed class ExpectationFailedException(string message) : Exception(message);

/// <summary>A crash caused by <see cref="SimulationFaults"/> or by <see cref="Simulation.Crash"/>.</summary>
public sealed class InjectedCrashException(string path) : Exception($"{path}: crash injected by the test.");

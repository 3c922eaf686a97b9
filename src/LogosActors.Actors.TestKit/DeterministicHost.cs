using System.Diagnostics;
using System.Globalization;
using LogosActors.Actors.Embedded;

namespace LogosActors.Actors.TestKit;

/// <summary>Runs actors on one thread, in virtual time, in an order that a seed decides: the same seed, the same run.</summary>
/// <remarks>
/// Actors run only inside <c>Run…</c> and <c>Await</c>; between those calls nothing moves. Handling messages takes no
/// virtual time. Use a host from one thread at a time.
/// </remarks>
public sealed class DeterministicHost : IDisposable
{
    /// <summary>The environment variable that makes <see cref="Explore(int, int, Action{DeterministicHost}, Func{ActorSystemOptions, ActorSystemOptions}, FaultPlan)"/> replay one seed only.</summary>
    public const string SeedVariable = "LOGOS_SEED";

    const int ClockStream = 3;

    // Real time, spent only when a run ends with somebody still waiting; a busy machine may take that long to come back.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly DeterministicDispatcher _dispatcher;
    readonly SeededRandom _clockSteps;
    readonly EmbeddedActorSystem _system;
    FaultPlan _faults;
    bool _disposed;

    DeterministicHost(int seed, Func<ActorSystemOptions, ActorSystemOptions>? configure, FaultPlan faults)
    {
        Seed = seed;
        _faults = faults;
        _clockSteps = new SeededRandom(seed, ClockStream);
        _dispatcher = new DeterministicDispatcher(seed, Time, faults);
        var options = new ActorSystemOptions { Time = Time, Throughput = 1, Seed = seed };
        options = configure?.Invoke(options) ?? options;
        if (options.Time != Time)
            throw new ArgumentException("The deterministic host has a clock of its own; leave ActorSystemOptions.Time alone.", nameof(configure));
        _system = new EmbeddedActorSystem("deterministic", options, _dispatcher);
    }

    /// <summary>What decides everything that is left to chance.</summary>
    public int Seed { get; }

    /// <summary>The actors.</summary>
    public ActorSystem System
    {
        get
        {
            // Whoever sets the next scene may do so on another thread, as long as nothing runs.
            _dispatcher.Adopt();
            return _system;
        }
    }

    /// <summary>The clock; also the system's.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>What goes wrong from now on; set <see cref="FaultPlan.None"/> to let a system settle before it is judged.</summary>
    public FaultPlan Faults
    {
        get => _faults;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _faults = _dispatcher.Faults = value;
        }
    }

    /// <summary>The most turns that one <c>Run…</c> or <c>Await</c> may give before it fails as endless.</summary>
    /// <value>Default 10,000,000.</value>
    public long MaxTurns
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 10_000_000;

    /// <summary>A hash of which actor handled which type of message, in which order and when. Equal for equal runs, on every machine.</summary>
    public ulong Trace => _dispatcher.Trace;

    /// <summary>Whether <see cref="Trace"/> is kept.</summary>
    /// <value>Default true; costs some 30 ns per message.</value>
    public bool IsTraced
    {
        get => _dispatcher.IsTraced;
        set => _dispatcher.IsTraced = value;
    }

    /// <summary>How many messages have been handled.</summary>
    public long MessageCount => _dispatcher.Messages;

    /// <summary>Starts a system.</summary>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="configure">Changes the options, whose clock and throughput (1) are set.</param>
    /// <param name="faults">What goes wrong; null for nothing.</param>
    public static DeterministicHost Create(
        int seed, Func<ActorSystemOptions, ActorSystemOptions>? configure = null, FaultPlan? faults = null) =>
        new(seed, configure, faults ?? FaultPlan.None);

    /// <summary>Runs a program once for each of many seeds; the first failure is rethrown with its seed.</summary>
    /// <remarks>With the environment variable <see cref="SeedVariable"/>, runs that seed only.</remarks>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="count">How many seeds, counting up.</param>
    /// <param name="program">Sets the scene, runs the host, asserts.</param>
    /// <param name="configure">Changes the options of each system.</param>
    /// <param name="faults">What goes wrong; null for nothing.</param>
    /// <exception cref="SeedFailedException">The program failed with the seed that the exception names.</exception>
    public static void Explore(
        int firstSeed, int count, Action<DeterministicHost> program,
        Func<ActorSystemOptions, ActorSystemOptions>? configure = null, FaultPlan? faults = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (ReplayedSeed() is { } replayed)
            (firstSeed, count) = (replayed, 1);
        for (var i = 0; i < count; i++)
            RunSeed(unchecked(firstSeed + i), program, configure, faults);
    }

    /// <summary>Runs an asynchronous program once for each of many seeds; see the other overload.</summary>
    /// <inheritdoc cref="Explore(int, int, Action{DeterministicHost}, Func{ActorSystemOptions, ActorSystemOptions}, FaultPlan)"/>
    public static void Explore(
        int firstSeed, int count, Func<DeterministicHost, Task> program,
        Func<ActorSystemOptions, ActorSystemOptions>? configure = null, FaultPlan? faults = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        Explore(firstSeed, count, host => host.Run(() => program(host)), configure, faults);
    }

    /// <summary>Runs until nobody has anything to do. Time stands still.</summary>
    public void RunUntilIdle() => Pump(TimeSpan.Zero, static () => false);

    /// <summary>Lets virtual time pass, from timer to timer.</summary>
    public void RunFor(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        Pump(time, static () => false);
    }

    /// <summary>Runs until a condition holds, looked at after each turn.</summary>
    /// <exception cref="TimeoutException">It did not hold within <paramref name="limit"/> of virtual time.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (!TryRunUntil(condition, limit))
            throw new TimeoutException($"Seed {Seed}: the condition did not hold within {limit} of virtual time. Actors: {DescribeActors()}");
    }

    /// <summary>Runs until a condition holds; false when it did not within <paramref name="limit"/> of virtual time.</summary>
    public bool TryRunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        return Pump(limit, condition);
    }

    /// <summary>Runs until a task has ended, and rethrows what it failed with.</summary>
    /// <param name="task">A task that ends by what this host's actors and clock do.</param>
    /// <param name="limit">The most virtual time; null for one hour.</param>
    /// <exception cref="TimeoutException">The task has not ended, because the time is up or nothing is left that could end it.</exception>
    public void Await(Task task, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var most = limit ?? TimeSpan.FromHours(1);
        if (!Pump(most, () => task.IsCompleted))
        {
            _dispatcher.ExposeEscape(Patience);
            throw new TimeoutException(
                $"Seed {Seed}: the task has not ended within {most} of virtual time, or nothing is left that could end it. Actors: {DescribeActors()}");
        }

#pragma warning disable VSTHRD002 // it has ended
        task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Runs until a task has ended, and returns its result.</summary>
    /// <inheritdoc cref="Await(Task, TimeSpan?)"/>
    public T Await<T>(Task<T> task, TimeSpan? limit = null)
    {
        Await((Task)task, limit);
#pragma warning disable VSTHRD002 // it has ended
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Runs asynchronous code of the test on this host's thread, up to its end; its awaits need no <see cref="Await(Task, TimeSpan?)"/>.</summary>
    public void Run(Func<Task> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        _dispatcher.Adopt();
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_dispatcher.Context);
        Task running;
        try
        {
            running = program();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        Await(running, TimeSpan.MaxValue);
    }

    /// <summary>Terminates the system, without faults.</summary>
    /// <exception cref="InvalidOperationException">Code has left the thread of the host.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Faults = FaultPlan.None;
        Await(System.TerminateAsync());
        // An actor that outlives its system awaits something; if that is real work elsewhere, it is about to come back.
        if (_system.Tree().Count > 0)
            _dispatcher.ExposeEscape(Patience);
    }

    static int? ReplayedSeed() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
                ? seed
                : throw new FormatException($"{SeedVariable}={text} is not a seed: a whole number, such as 42.")
            : null;

    static void RunSeed(
        int seed, Action<DeterministicHost> program, Func<ActorSystemOptions, ActorSystemOptions>? configure, FaultPlan? faults)
    {
        var host = Create(seed, configure, faults);
        try
        {
            program(host);
            host.Dispose();
        }
        catch (Exception e)
        {
            throw new SeedFailedException(seed, $"after {host.MessageCount} messages at {host.Time.Elapsed} (trace {host.Trace:x16})", e);
        }
    }

    /// <summary>Gives turns, and moves time to the next timer when nobody is ready. True when the condition came to hold.</summary>
    bool Pump(TimeSpan time, Func<bool> condition)
    {
        _dispatcher.EnterPump();
        var outer = SynchronizationContext.Current;
        // The test's own trace goes with the messages that it tells, not with all that happens while it waits.
        var activity = Activity.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Activity.Current = null;
        try
        {
            var now = Time.GetTimestamp();
            var end = time.Ticks > long.MaxValue - now ? long.MaxValue : now + time.Ticks;
            var turns = 0L;
            while (true)
            {
                if (condition())
                    return true;
                if (!_dispatcher.RunOne() && !MoveOn(end))
                    return false;
                if (++turns >= MaxTurns - Math.Min(MaxTurns / 2, 10_000))
                    Bound(turns);
            }
        }
        finally
        {
            _dispatcher.CountsTurns = false;
            Activity.Current = activity;
            SynchronizationContext.SetSynchronizationContext(outer);
            _dispatcher.ExitPump();
        }
    }

    /// <summary>Fires all timers of the next due time; false, at the end of the time, when there are none before it.</summary>
    bool MoveOn(long end)
    {
        var now = Time.GetTimestamp();
        if (Time.UntilNextTimer is not { } wait || wait.Ticks > end - now)
        {
            // Without a timer there is nothing to wait for until the end of time.
            if (end != long.MaxValue)
                Time.Advance(TimeSpan.FromTicks(end - now));
            return false;
        }

        if (wait > TimeSpan.Zero && _clockSteps.Chance(_faults.ClockStepProbability))
            Time.StepClock(_faults.MaxClockStep * (_clockSteps.NextDouble() * 2 - 1));
        Time.Advance(wait);
        return true;
    }

    void Bound(long turns)
    {
        _dispatcher.CountsTurns = true;
        if (turns >= MaxTurns)
            throw new EndlessRunException(Seed, turns, _dispatcher.DescribeBusiest());
    }

    string DescribeActors() =>
        string.Join(", ", _system.Tree().Take(50).Select(a => $"{a.Actor} ({a.State}, {a.MailboxDepth} waiting)"));
}

/// <summary>A program failed on the deterministic host; the inner exception says how, this one with which seed.</summary>
public sealed class SeedFailedException(int seed, string where, Exception innerException)
    : Exception(
        $"Seed {seed} failed {where}: {innerException.Message}{Environment.NewLine}Replay it alone with {DeterministicHost.SeedVariable}={seed}.",
        innerException)
{
    /// <summary>The seed.</summary>
    public int Seed { get; } = seed;
}

/// <summary>A run gave more turns than <see cref="DeterministicHost.MaxTurns"/>: probably actors that talk for ever without time passing.</summary>
public sealed class EndlessRunException(int seed, long turns, string busiest)
    : Exception($"Seed {seed}: {turns} turns and no end. Busiest lately: {busiest}.")
{
    /// <summary>The seed.</summary>
    public int Seed { get; } = seed;
}

using System.Globalization;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit;

/// <summary>
/// Runs genuine Akka.NET on one thread, in virtual time, in an order that a seed decides: the same seed, the same run. Everything
/// works whose actors stay on their dispatcher: supervision, timers, stashing, <c>ReceiveAsync</c>, Akka.Persistence. Not supported:
/// Akka.Remote, Akka.Cluster and Akka.Streams, which need threads or sockets of their own, and Akka's <c>Ask</c> and <c>PipeTo</c>,
/// which go on in the thread pool; <see cref="Ask{T}"/> here, and a continuation with
/// <see cref="TaskContinuationOptions.ExecuteSynchronously"/> in place of <c>PipeTo</c>, replace them.
/// </summary>
/// <remarks>
/// Actors run only inside <c>Run…</c>, <see cref="Wait(Task, TimeSpan?)"/>, <see cref="Ask{T}"/> and the expectations of probes; between
/// those calls nothing moves. Handling a message takes no virtual time. Each message is a step of its own, and the seed picks the next
/// actor among all that are ready. Use a simulation from one thread at a time; code of actors, and what they await, stays on that thread.
/// Code that leaves it is reported as a <see cref="SimulationEscapeException"/> by the next run.
/// Two things of Akka still read the real clock: the time stamps of its log events, and the window of a supervisor strategy that
/// limits restarts per time (a simulated hour may take a real second: all restarts fall into one window).
/// </remarks>
public sealed class Simulation : IDisposable
{
    /// <summary>The environment variable that decides the seed, and that makes <see cref="Explore(int, Action{Simulation}, SimulationOptions?)"/> replay one seed only.</summary>
    public const string SeedVariable = "LOGOS_SEED";

    const string DefaultSystemName = "simulation";

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    static readonly TimeSpan TerminationLimit = TimeSpan.FromMinutes(5);

    readonly SimulationLoop _loop;
    readonly SimulationOptions _options;
    readonly List<SimulatedProcess> _processes = [];
    ActorSystem? _system;
    int _systems;
    bool _isDisposed;

    /// <summary>Starts a simulation with a seed, and the defaults otherwise.</summary>
    /// <param name="seed">Decides everything that is left to chance.</param>
    public Simulation(int seed)
        : this(new SimulationOptions { Seed = seed })
    {
    }

    /// <summary>Starts a simulation.</summary>
    /// <param name="options">The settings; null for the defaults.</param>
    public Simulation(SimulationOptions? options = null)
    {
        _options = options ?? new SimulationOptions();
        Seed = _options.Seed ?? SeedFromEnvironment() ?? RandomSeed(_options.Output);
        _loop = new SimulationLoop(Seed, _options);
        Log = new SimulationLog(_options.LogCapacity);
        Random = CreateRandom("test");
        Storage = new SimulatedStorage { Faults = _options.StorageFaults, Serialize = _options.Serialize };
    }

    /// <summary>What decides everything that is left to chance.</summary>
    public int Seed { get; }

    /// <summary>The first system, named <c>simulation</c>; started when it is first asked for.</summary>
    public ActorSystem System
    {
        get
        {
            // The next scene may be set on another thread, as long as nothing runs.
            _loop.Adopt();
            return _system ??= CreateSystem(DefaultSystemName, Storage);
        }
    }

    /// <summary>What the first system stores.</summary>
    public SimulatedStorage Storage { get; }

    /// <summary>The clock of all systems: the wall clock and timers, both virtual.</summary>
    public TimeProvider Time => _loop.Time;

    /// <summary>The time that has passed since the beginning, on the monotonic clock.</summary>
    public TimeSpan Now => _loop.Time.Elapsed;

    /// <summary>Random numbers for the test, by the seed; they do not influence the order of turns.</summary>
    public Random Random { get; }

    /// <summary>What the systems have logged.</summary>
    public SimulationLog Log { get; }

    /// <summary>What fails at random from now on; set <see cref="SimulationFaults.None"/> to let a system settle before it is judged.</summary>
    public SimulationFaults Faults
    {
        get => _loop.Faults;
        set => _loop.Faults = value;
    }

    /// <summary>The number of turns so far.</summary>
    public long Steps => _loop.Steps;

    /// <summary>A hash of which actor had its turn when, and of which types of messages were sent to whom; equal for equal runs, in every process.</summary>
    public string TraceHash => _loop.Trace.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>How often other threads have interfered, and were tolerated; see <see cref="SimulationOptions.ToleratedEscapes"/>.</summary>
    public int Escapes => _loop.EscapeCount;

    internal SimulationLoop Loop => _loop;

    /// <summary>Runs a scenario with each of the seeds 0, 1, 2, …; the first failure is thrown with its seed.</summary>
    /// <remarks>With the environment variable <see cref="SeedVariable"/>, runs that seed only.</remarks>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="scenario">Arranges, acts and asserts.</param>
    /// <param name="options">The settings of each simulation but the seed; null for the defaults.</param>
    /// <exception cref="SimulationFailedException">The scenario failed with the seed that the exception names.</exception>
    public static void Explore(int seeds, Action<Simulation> scenario, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        options ??= new SimulationOptions();
        if (SeedFromEnvironment() is { } replayed)
        {
            RunSeed(replayed, scenario, options);
            return;
        }

        for (var seed = 0; seed < seeds; seed++)
            RunSeed(seed, scenario, options);
    }

    /// <summary>Runs an asynchronous scenario with each of the seeds; see the other overload.</summary>
    /// <inheritdoc cref="Explore(int, Action{Simulation}, SimulationOptions?)"/>
    public static void Explore(int seeds, Func<Simulation, Task> scenario, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        Explore(seeds, simulation => simulation.Run(() => scenario(simulation)), options);
    }

    /// <summary>Starts one more system, as if it were another process: on the same thread and the same clock, with a storage of its own.</summary>
    /// <param name="name">Its name. A system that was killed leaves its name to the next.</param>
    /// <param name="storage">Its journal and snapshots, such as those of a system that was killed; null for an empty one.</param>
    /// <param name="config">Akka's configuration, with <see cref="SimulationOptions.Config"/> as its fallback; null for none.</param>
    /// <param name="setups">Further set-ups, after <see cref="SimulationOptions.Setups"/>; null for none.</param>
    public ActorSystem CreateSystem(string name, SimulatedStorage? storage = null, Config? config = null, IEnumerable<Setup>? setups = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        storage ??= new SimulatedStorage { Faults = _options.StorageFaults, Serialize = _options.Serialize };
        var number = ++_systems;
        storage.Attach(_loop, unchecked((int)StableHash.Mix((ulong)Seed, (ulong)number)));
        var process = new SimulatedProcess(_loop, this, name, storage);
        _processes.Add(process);
        try
        {
            _loop.Call(process, static made => made.Process.System = made.Create(), (Process: process, Create: (Func<ActorSystem>)Create));
        }
        catch
        {
            process.IsDead = true;
            _processes.Remove(process);
            throw;
        }
        finally
        {
            process.Forget();
        }

        return process.System!;

        ActorSystem Create()
        {
            var bootstrap = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(SimulationConfig.Create(process, _options, config)));
            Setup[] own = [new TimeProviderSetup(Time), new RandomSetup(CreateRandom($"system {number}")), new EdgeSetup(new SimulatedEdge(this))];
            var setup = own.Concat(_options.Setups).Concat(_options.SetupsFor?.Invoke(this) ?? []).Concat(setups ?? [])
                .Aggregate(bootstrap, static (all, one) => all.And(one));
            var system = ActorSystem.Create(name, setup);
            system.EventStream.Subscribe(new SimulationLog.Subscriber(Log, system, Time), typeof(LogEvent));
            return system;
        }
    }

    /// <summary>Ends a system as <c>kill -9</c> ends a process: nothing of it runs any more, no <c>PostStop</c>, no timer, no continuation.</summary>
    /// <remarks>
    /// Writes that the storage has under way are lost, but for some, by the seed, that are committed and never confirmed. The storage can
    /// be given to the next system: <c>CreateSystem("node", storageOfTheKilled)</c>.
    /// </remarks>
    /// <param name="system">A system of this simulation.</param>
    public void Kill(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var process = ProcessOf(system);
        if (process.IsDead)
            return;
        process.IsDead = true;
        process.Storage.Abandon(process);
        _processes.Remove(process);
    }

    /// <summary>The storage of a system.</summary>
    /// <param name="system">A system of this simulation.</param>
    public SimulatedStorage StorageOf(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return ProcessOf(system).Storage;
    }

    /// <summary>Steps the wall clock forward or, with a negative value, back. Timers and the monotonic time are unaffected.</summary>
    /// <param name="by">The size of the step.</param>
    public void StepClock(TimeSpan by) => _loop.Time.StepClock(by);

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="time">How long.</param>
    /// <exception cref="SimulationEscapeException">Code has left the simulation's thread.</exception>
    /// <exception cref="SimulationEndlessException">The actors do not come to rest.</exception>
    public void RunFor(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        _loop.Run(null, time);
    }

    /// <summary>Runs until no actor has anything to do. Time stands still.</summary>
    /// <exception cref="SimulationEscapeException">Code has left the simulation's thread.</exception>
    /// <exception cref="SimulationEndlessException">The actors do not come to rest.</exception>
    public void RunUntilIdle() => _loop.Run(null, TimeSpan.Zero);

    /// <summary>Runs until a condition holds, which is looked at after each step.</summary>
    /// <param name="condition">Must not change anything.</param>
    /// <param name="limit">The most virtual time.</param>
    /// <returns>False if the condition did not hold in time.</returns>
    /// <exception cref="SimulationEscapeException">Code has left the simulation's thread.</exception>
    /// <exception cref="SimulationEndlessException">The actors do not come to rest.</exception>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        return _loop.Run(condition, limit);
    }

    /// <summary>Runs asynchronous code of the test to its end; what it awaits comes back to the simulation, and it may run the simulation itself.</summary>
    /// <param name="program">The code.</param>
    /// <param name="limit">The most virtual time; null for no limit.</param>
    public void Run(Func<Task> program, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        Task? running = null;
        _loop.Call(null, start => running = start(), program);
        Wait(running!, limit ?? TimeSpan.MaxValue);
    }

    /// <summary>Runs until a task has completed, and throws what it failed with.</summary>
    /// <param name="task">A task that is completed by what the simulation does.</param>
    /// <param name="limit">The most virtual time; null for 10 minutes.</param>
    /// <exception cref="SimulationTimeoutException">The task has not completed in time, or nothing is left that could complete it.</exception>
    public void Wait(Task task, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var most = limit ?? Patience;
        if (!_loop.Run(() => task.IsCompleted, most))
        {
            // Nothing that is left can complete it, unless it has left the thread.
            _loop.ExposeEscape(() => task.IsCompleted);
            if (!task.IsCompleted)
                throw new SimulationTimeoutException(Seed, $"the task has not completed within {most} of virtual time, or nothing is left that could complete it.");
        }

        task.Rethrow();
    }

    /// <summary>Runs until a task has completed, and returns its result.</summary>
    /// <inheritdoc cref="Wait(Task, TimeSpan?)"/>
    public T Wait<T>(Task<T> task, TimeSpan? limit = null)
    {
        Wait((Task)task, limit);
        return task.Outcome();
    }

    /// <inheritdoc cref="Wait(Task, TimeSpan?)"/>
    public void Wait(ValueTask task, TimeSpan? limit = null) => Wait(task.AsTask(), limit);

    /// <inheritdoc cref="Wait{T}(Task{T}, TimeSpan?)"/>
    public T Wait<T>(ValueTask<T> task, TimeSpan? limit = null) => Wait(task.AsTask(), limit);

    /// <summary>Sends a message and runs until the answer has come; replaces Akka's <c>Ask</c>, which needs the thread pool.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="actor">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <param name="limit">The most virtual time; null for 10 minutes.</param>
    /// <exception cref="SimulationTimeoutException">No answer came in time.</exception>
    /// <exception cref="InvalidCastException">The answer is of another type. The cause of a <see cref="Status.Failure"/> is thrown as it is.</exception>
    public T Ask<T>(IActorRef actor, object message, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var answer = AskAsync<T>(actor, message);
        var most = limit ?? Patience;
        if (!_loop.Run(() => answer.IsCompleted, most))
        {
            _loop.ExposeEscape(() => answer.IsCompleted);
            if (!answer.IsCompleted)
                throw new SimulationTimeoutException(Seed, $"{actor} has not answered {message} within {most} of virtual time.");
        }

        return answer.Outcome();
    }

    /// <summary>Sends a message; the task completes with the answer, while the simulation runs.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="actor">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <param name="timeout">After which virtual time the task fails with an <see cref="AskTimeoutException"/>; null for never.</param>
    public Task<T> AskAsync<T>(IActorRef actor, object message, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _loop.Adopt();
        var promise = new Promise<T>(_loop, actor);
        if (timeout is { } most)
            promise.FailAfter(Time, most);
        actor.Tell(message, promise);
        return promise.Task;
    }

    /// <summary>A source of random numbers of its own, by the seed and a name: what one part of a test draws does not change what another one gets.</summary>
    /// <param name="name">What it is for.</param>
    public Random CreateRandom(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new Random(unchecked((int)StableHash.Mix((ulong)Seed, StableHash.Of(name))));
    }

    /// <summary>Makes a probe: an actor in the hands of the test.</summary>
    /// <param name="name">Its name under <c>/user</c>; generated if null.</param>
    /// <param name="system">Its system; null for the first one.</param>
    public SimulationProbe CreateProbe(string? name = null, ActorSystem? system = null) => new(this, system ?? System, name);

    /// <summary>Lets an actor throw before it handles its next message; its supervisor decides.</summary>
    /// <remarks>
    /// A persistent actor that is recovering can only be crashed so by a test: its own exceptions stop it then. Akka lets the
    /// restarted actor take answers to its earlier recovery for its own.
    /// </remarks>
    /// <param name="actor">A local actor.</param>
    /// <param name="exception">What it throws; null for an <see cref="InjectedCrashException"/>.</param>
    public void Crash(IActorRef actor, Exception? exception = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _loop.Adopt();
        CrashSender.Crash(actor, exception ?? new InjectedCrashException(actor.Path.ToStringWithoutAddress()));
    }

    /// <summary>Runs an action as a step of its own, when the seed picks it: for what stands beside the actors, such as a simulated network.</summary>
    /// <param name="action">The action; what it throws is thrown by the run.</param>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _loop.Post(static run => ((Action)run!)(), action);
    }

    /// <summary>Terminates the systems, without faults and in virtual time; what does not come to its end is killed.</summary>
    /// <exception cref="SimulationEscapeException">Code has left the simulation's thread since the last run.</exception>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            Faults = SimulationFaults.None;
            _loop.IsClosing = true;
            Terminate();
            _loop.ThrowUnreportedEscape();
        }
        finally
        {
            foreach (var process in _processes)
                process.IsDead = true;

            _loop.Clear();
        }
    }

    static int RandomSeed(Action<string>? output)
    {
        var seed = global::System.Random.Shared.Next();
        (output ?? Console.WriteLine)($"Simulation with seed {seed}; {SeedVariable}={seed} replays it.");
        return seed;
    }

    static int? SeedFromEnvironment() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
                ? seed
                : throw new FormatException($"{SeedVariable}={text} is not a seed: a whole number, such as 42.")
            : null;

    static void RunSeed(int seed, Action<Simulation> scenario, SimulationOptions options)
    {
        var simulation = new Simulation(options with { Seed = seed });
        try
        {
            scenario(simulation);
            simulation.Dispose();
        }
        catch (Exception e)
        {
            var where = $"after {simulation.Steps} steps at {simulation.Now} (trace {simulation.TraceHash})";
            simulation.Abandon();
            throw new SimulationFailedException(seed, where, e);
        }
    }

    void Terminate()
    {
        var terminations = new List<Task>();
        foreach (var process in _processes.Where(process => process.System is not null))
            _loop.Call(process, system => terminations.Add(system.Terminate()), process.System!);
        if (terminations.Count > 0)
            _loop.Run(() => terminations.TrueForAll(termination => termination.IsCompleted), TerminationLimit);
    }

    /// <summary>The scenario has failed: what else is wrong does not matter any more.</summary>
    void Abandon()
    {
        _isDisposed = true;
        foreach (var process in _processes)
            process.IsDead = true;

        _loop.Clear();
    }

    internal SimulatedProcess ProcessOf(ActorSystem system) => system.Scheduler is SimulatedScheduler { Process: var process } && process.Simulation == this
        ? process
        : throw new ArgumentException($"{system.Name} is not a system of this simulation.", nameof(system));
}

using Akka.Actor;

namespace LogosActors.TestKit.Running;

/// <summary>One actor system in a simulation: what one process would be.</summary>
internal sealed class SimulatedProcess
{
    // The scheduler is made by Akka, from the configuration alone.
    static readonly System.Collections.Concurrent.ConcurrentDictionary<long, SimulatedProcess> Starting = new();
    static long _lastId;

    readonly WorkQueue _actions;

    public SimulatedProcess(SimulationLoop loop, Simulation simulation, string name, SimulatedStorage storage)
    {
        (Loop, Simulation, Name, Storage) = (loop, simulation, name, storage);
        Id = Interlocked.Increment(ref _lastId);
        Tasks = new SimulatedTaskScheduler(loop, this, $"{name}/continuations");
        _actions = new WorkQueue(loop, this, $"{name}/actions");
        Starting[Id] = this;
    }

    public long Id { get; }

    public SimulationLoop Loop { get; }

    public Simulation Simulation { get; }

    public string Name { get; }

    public SimulatedStorage Storage { get; }

    public SimulatedTaskScheduler Tasks { get; }

    public ActorSystem? System { get; set; }

    public bool IsDead { get; set; }

    /// <summary>Runs an action of a dispatcher that is not an actor's turn.</summary>
    public void Schedule(Action<object?> callback, object? state) => _actions.Add(callback, state);

    public static SimulatedProcess Find(long id) => Starting.TryGetValue(id, out var process)
        ? process
        : throw new InvalidOperationException("Only Simulation.CreateSystem starts a system with this configuration.");

    public void Forget() => Starting.TryRemove(Id, out _);
}

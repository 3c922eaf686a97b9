using Akka.Actor.Setup;
using Akka.Configuration;

namespace LogosActors.TestKit;

/// <summary>Settings of a <see cref="Simulation"/>. Immutable.</summary>
public sealed record SimulationOptions
{
    /// <summary>Decides everything that is left to chance.</summary>
    /// <value>Default null: the environment variable <see cref="Simulation.SeedVariable"/>, or a random seed if that is not set.</value>
    public int? Seed { get; init; }

    /// <summary>Called with a random seed, so that a failure can be replayed; xunit's <c>output.WriteLine</c>, for example.</summary>
    /// <value>Default null: the console.</value>
    public Action<string>? Output { get; init; }

    /// <summary>The wall clock at the beginning.</summary>
    /// <value>Default 2026-01-01 00:00 UTC.</value>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Akka's configuration of every system; dispatchers, mailboxes and scheduler are the simulation's whatever it says.</summary>
    /// <value>Default none.</value>
    public Config Config { get; init; } = Config.Empty;

    /// <summary>Further set-ups of every system, such as those that bring serializers.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Setup> Setups { get; init; } = [];

    /// <summary>Makes set-ups that need the simulation, such as one of the application's own that takes its clock.</summary>
    /// <value>Default null. <see cref="LogosActors.Actors.TimeProviderSetup"/>, <see cref="LogosActors.Actors.RandomSetup"/> and <see cref="LogosActors.Actors.EdgeSetup"/> are always there.</value>
    public Func<Simulation, IEnumerable<Setup>>? SetupsFor { get; init; }

    /// <summary>Ids of journals that the application names, such as <c>app.journal</c>; each is served by the system's <see cref="SimulatedStorage"/>.</summary>
    /// <value>Default none. <c>akka.persistence.journal.simulated</c> is always there, and is the default journal.</value>
    public IReadOnlyList<string> JournalPluginIds { get; init; } = [];

    /// <summary>Ids of snapshot stores that the application names, such as <c>app.snapshot-store</c>; each is served by the system's <see cref="SimulatedStorage"/>.</summary>
    /// <value>Default none. <c>akka.persistence.snapshot-store.simulated</c> is always there, and is the default snapshot store.</value>
    public IReadOnlyList<string> SnapshotPluginIds { get; init; } = [];

    /// <summary>Whether events and snapshots are stored as bytes, by the serializers that the system has for them; finds missing bindings.</summary>
    /// <value>Default false: they are stored as objects.</value>
    public bool Serialize { get; init; }

    /// <summary>Whether <see cref="Simulation.TraceHash"/> is computed.</summary>
    /// <value>Default true.</value>
    public bool Trace { get; init; } = true;

    /// <summary>Is given a line for each step and for each message that was sent in it: comparing those of two runs shows where they part.</summary>
    /// <value>Default null.</value>
    public TextWriter? TraceWriter { get; init; }

    /// <summary>What fails at random.</summary>
    /// <value>Default nothing.</value>
    public SimulationFaults Faults { get; init; } = SimulationFaults.None;

    /// <summary>What fails at random in the storage of the first system.</summary>
    /// <value>Default nothing.</value>
    public StorageFaults StorageFaults { get; init; } = StorageFaults.None;

    /// <summary>The most steps that one <c>Run…</c>, <c>Wait</c> or expectation may take before it fails as endless.</summary>
    /// <value>Default 100,000,000.</value>
    public long MaxSteps { get; init; } = 100_000_000;

    /// <summary>How often other threads may interfere before a run fails; they are counted in <see cref="Simulation.Escapes"/>.</summary>
    /// <value>Default 0. Anything else gives up that the same seed gives the same run.</value>
    public long ToleratedEscapes { get; init; }

    /// <summary>The most log events that <see cref="Simulation.Log"/> keeps; the oldest are dropped.</summary>
    /// <value>Default 10,000.</value>
    public int LogCapacity { get; init; } = 10_000;
}

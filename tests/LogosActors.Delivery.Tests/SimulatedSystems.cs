using Akka.Actor;
using LogosActors.Actors;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests;

/// <summary>Systems of a simulation whose actors read its clock and its random numbers.</summary>
internal static class SimulatedSystems
{
    public static readonly PersistencePlugins Persistence = new("akka.persistence.journal.simulated", "akka.persistence.snapshot-store.simulated");

    /// <summary>Strict about what is stored; what keeps nothing has a journal all the same.</summary>
    public static SimulationOptions Options { get; } = new()
    {
        Serialize = true,
        Config = Akka.Configuration.ConfigurationFactory.ParseString("akka.actor.serialization-settings.allow-unregistered-types = false"),
        JournalPluginIds = [PersistencePlugins.Memory.Journal],
        SnapshotPluginIds = [PersistencePlugins.Memory.Snapshots],
    };

    /// <summary>Starts a system over the simulation's storage.</summary>
    public static ActorSystem Start(this Simulation simulation, string name = "node") => simulation.CreateSystem(
        name, simulation.Storage, setups: [new TimeProviderSetup(simulation.Time), new RandomSetup(new Random(simulation.Seed))]);
}

namespace LogosActors.Actors;

/// <summary>Where a persistent actor keeps its events and snapshots: ids of Akka's plugins.</summary>
/// <param name="Journal">The path of the journal's configuration, <c>akka.persistence.journal.…</c>.</param>
/// <param name="Snapshots">The path of the snapshot store's configuration, <c>akka.persistence.snapshot-store.…</c>.</param>
public sealed record PersistencePlugins(string Journal, string Snapshots)
{
    /// <summary>In the memory of the actor system.</summary>
    public static PersistencePlugins Memory { get; } = new("akka.persistence.journal.inmem", "akka.persistence.snapshot-store.inmem");

    /// <summary>Plugins of our own, by name.</summary>
    public static PersistencePlugins Named(string name) => new($"akka.persistence.journal.logos-{name}", $"akka.persistence.snapshot-store.logos-{name}");
}

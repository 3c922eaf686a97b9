using System.Globalization;
using System.Text;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using LogosActors.TestKit.Persistence;

namespace LogosActors.TestKit.Running;

/// <summary>What makes a genuine actor system run in a simulation.</summary>
internal static class SimulationConfig
{
    public const string ProcessKey = "akka.simulation.process";
    public const string JournalId = "akka.persistence.journal.simulated";
    public const string SnapshotStoreId = "akka.persistence.snapshot-store.simulated";

    static readonly string[] Dispatchers =
    [
        "akka.actor.default-dispatcher",
        "akka.actor.internal-dispatcher",
        "akka.actor.default-blocking-io-dispatcher",
        "akka.actor.default-fork-join-dispatcher",
        "akka.actor.synchronized-dispatcher",
        "akka.actor.task-dispatcher",
        "akka.io.pinned-dispatcher",
        "akka.persistence.dispatchers.default-plugin-dispatcher",
        "akka.persistence.dispatchers.default-replay-dispatcher",
        "akka.persistence.dispatchers.default-stream-dispatcher",
    ];

    static readonly string[] Mailboxes =
    [
        "akka.actor.default-mailbox",
        "akka.actor.mailbox.unbounded-queue-based",
        "akka.actor.mailbox.unbounded-deque-based",
    ];

    static readonly HashSet<string> DispatcherTypes = new(StringComparer.Ordinal)
    {
        "Dispatcher", "TaskDispatcher", "PinnedDispatcher", "ForkJoinDispatcher", "SynchronizedDispatcher",
    };

    // The default logger is an actor for which the start waits in real time.
    static readonly Config Defaults = ConfigurationFactory.ParseString($$"""
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        akka.log-dead-letters-during-shutdown = off
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        akka.persistence.journal.plugin = "{{JournalId}}"
        akka.persistence.snapshot-store.plugin = "{{SnapshotStoreId}}"
        """);

    public static Config Create(SimulatedProcess process, SimulationOptions options, Config? more)
    {
        var own = options.Config.WithFallback(Defaults);
        if (more is not null)
            own = more.WithFallback(own);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ProcessKey} = {process.Id}\n");
        text.Append("akka.loggers = []\nakka.stdout-loglevel = OFF\n");
        text.Append(CultureInfo.InvariantCulture, $"akka.scheduler.implementation = \"{NameOf<SimulatedScheduler>()}\"\n");
        foreach (var dispatcher in Dispatchers.Concat(DispatchersIn(own.Root, "")))
            text.Append(CultureInfo.InvariantCulture, $"{dispatcher}.type = \"{NameOf<SimulatedDispatcherConfigurator>()}\"\n");
        foreach (var mailbox in Mailboxes)
            text.Append(CultureInfo.InvariantCulture, $"{mailbox}.mailbox-type = \"{NameOf<SimulatedMailbox>()}\"\n");
        foreach (var id in options.JournalPluginIds.Append(JournalId))
            text.Append(CultureInfo.InvariantCulture, $"{id}.class = \"{NameOf<SimulatedJournal>()}\"\n{id}.plugin-dispatcher = akka.actor.default-dispatcher\n");
        foreach (var id in options.SnapshotPluginIds.Append(SnapshotStoreId))
            text.Append(CultureInfo.InvariantCulture, $"{id}.class = \"{NameOf<SimulatedSnapshotStore>()}\"\n{id}.plugin-dispatcher = akka.actor.default-dispatcher\n");
        return ConfigurationFactory.ParseString(text.ToString()).WithFallback(own);
    }

    static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    /// <summary>Dispatchers that the application's own configuration declares.</summary>
    static IEnumerable<string> DispatchersIn(HoconValue? value, string path)
    {
        if (value is null || !value.IsObject())
            yield break;
        foreach (var (key, item) in value.GetObject().Items)
        {
            if (key == "type" && path.Length > 0 && item.IsString() && DispatcherTypes.Contains(item.GetString()))
                yield return path;
            foreach (var below in DispatchersIn(item, path.Length == 0 ? key : $"{path}.{key}"))
                yield return below;
        }
    }
}

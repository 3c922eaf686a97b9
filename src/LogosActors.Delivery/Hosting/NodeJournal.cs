using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>The journal of a node that keeps one: in its data directory, or in a database; no other process writes to it meanwhile.</summary>
internal sealed class NodeJournal : IAsyncDisposable
{
    readonly SqliteJournalFile? _file;
    readonly string? _path;

    NodeJournal(PersistencePlugins plugins, Config configuration, SqliteJournalFile? file, string? path, JournalLock? held) =>
        (Plugins, Configuration, _file, _path, Lock) = (plugins, configuration, file, path, held);

    /// <summary>The ids that the node's actors use; the application's defaults stay its own.</summary>
    public PersistencePlugins Plugins { get; }

    /// <summary>What makes them.</summary>
    public Config Configuration { get; }

    /// <summary>Keeps others away; null: a file's own lock does.</summary>
    public JournalLock? Lock { get; }

    /// <summary>Whether its file was removed: what is written to it now nobody finds again.</summary>
    public bool IsRemoved => _path is not null && !File.Exists(_path);

    /// <summary>Why nothing can be stored now, for people; null: it can.</summary>
    public string? FindProblem(ActorSystem system) =>
        IsRemoved ? $"the file '{_path}' was removed: stop the node, and put it back"
        : JournalStatus.Of(system, Plugins).Problem is { } problem ? problem
        : _path is not null && !DiskSpace.IsLeft(_path) ? JournalStatus.NoRoom
        : null;

    /// <summary>Opens the journal that the options name.</summary>
    /// <returns>Null: the node keeps everything in memory.</returns>
    /// <exception cref="NodeStartException">It cannot be used, or another process uses it.</exception>
    public static async Task<NodeJournal?> OpenAsync(NodeOptions options, DataDirectory? directory, PeerId node, CancellationToken cancellation)
    {
        var plugins = PersistencePlugins.Named($"node-{node}");
        if (options.Journal is { Database: { } database })
        {
            var held = await JournalLock.AcquireAsync(database, node.ToString(), cancellation);
            return new NodeJournal(plugins, database.Configure(plugins), file: null, path: null, held);
        }
        if (directory is null || options.Journal is not null)
            return null;
        try
        {
            var file = SqliteJournalFile.Open(directory.Journal);
            return new NodeJournal(plugins, JournalConfiguration.Sqlite(plugins, directory.Journal), file, directory.Journal, held: null);
        }
        catch (JournalFileException e)
        {
            throw new NodeStartException(NodeStartFailure.DataDirectory, e.Message, e);
        }
    }

    /// <summary>Makes a system know the journal, and starts it; it stays known as long as the system lives. A journal reads and writes only the
    /// types that its system knows when it starts: <see cref="InstallTypes"/> comes first.</summary>
    /// <exception cref="NodeStartException">The plugins that the system's configuration names for it cannot be created.</exception>
    public void AddTo(ActorSystem system)
    {
        if (!system.Settings.Config.HasPath(Plugins.Journal))
            system.Settings.InjectTopLevelFallback(Configuration);
        try
        {
            // Otherwise every persistent actor would fail, again and again.
            var persistence = Persistence.Instance.Apply(system);
            persistence.JournalFor(Plugins.Journal);
            persistence.SnapshotStoreFor(Plugins.Snapshots);
        }
#pragma warning disable CA1031 // whatever the class of a plugin throws
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new NodeStartException(
                NodeStartFailure.Journal, $"The journal's plugin '{Plugins.Journal}' cannot be used: {e.Message.Trim()} Correct it in the configuration of Akka, or leave it out.", e);
        }
    }

    /// <summary>Makes a system know what the node stores, before its journal starts.</summary>
    public static void InstallTypes(ActorSystem system)
    {
        ProtobufSerializer.Install(system, Libp2pHost.StoredTypes);
        ProtobufSerializer.Install(system, StoredSends.Types);
        ProtobufSerializer.Install(system, StoredReceiving.Types);
    }

    public async ValueTask DisposeAsync()
    {
        _file?.Dispose();
        if (Lock is not null)
            await Lock.DisposeAsync();
    }
}

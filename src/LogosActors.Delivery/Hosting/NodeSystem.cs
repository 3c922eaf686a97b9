using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Hosting;

/// <summary>The actor system of a node that was given none, with what its actors keep: in the data directory, or in memory.</summary>
internal sealed class NodeSystem : IAsyncDisposable
{
    readonly IAsyncDisposable[] _stores;

    NodeSystem(ActorSystem system, params IAsyncDisposable[] stores) => (System, _stores) = (system, stores);

    public ActorSystem System { get; }

    /// <exception cref="NodeStartException">The journal cannot be used.</exception>
    public static async Task<NodeSystem> CreateAsync(DataDirectory? directory, ILoggerFactory logs)
    {
        var serialization = EventSerialization.CreateBuilder().AddDelivery().Build();
        if (directory is null)
            return new NodeSystem(Create(new InMemoryJournal(), new InMemorySnapshotStore(), serialization, logs));
        var file = new SqliteJournalOptions { Path = directory.Journal };
        var (journal, snapshots) = (new SqliteJournal(file), new SqliteSnapshotStore(file));
        try
        {
            await journal.OpenAsync(CancellationToken.None);
        }
        catch (JournalException e)
        {
            await journal.DisposeAsync();
            await snapshots.DisposeAsync();
            throw new NodeStartException(NodeStartFailure.DataDirectory, $"The journal '{directory.Journal}' cannot be used: {e.Message}", e);
        }
        return new NodeSystem(Create(journal, snapshots, serialization, logs), journal, snapshots);
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    static ActorSystem Create(IJournal journal, ISnapshotStore snapshots, EventSerialization serialization, ILoggerFactory logs) =>
        ActorSystem.Create("node", new ActorSystemOptions
        {
            LoggerFactory = logs,
            Persistence = new PersistenceOptions { Journal = journal, Snapshots = snapshots, Serialization = serialization },
        });
}

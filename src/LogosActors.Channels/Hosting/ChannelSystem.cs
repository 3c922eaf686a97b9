using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Delivery;

namespace LogosActors.Channels.Hosting;

/// <summary>The actor system of a node's channels that keep their history in the same place.</summary>
internal sealed class ChannelSystem : IAsyncDisposable
{
    static readonly OneForOneStrategy Restarting = new()
    {
        // Whatever a channel fails of, it comes back: its state is in the journal.
        Decider = static _ => Directive.Restart,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
    };

    readonly IAsyncDisposable[] _stores;

    ChannelSystem(ActorSystem system, params IAsyncDisposable[] stores) => (System, _stores) = (system, stores);

    public ActorSystem System { get; }

    /// <exception cref="ChannelOpenException">The history cannot be kept there.</exception>
    public static async Task<ChannelSystem> CreateAsync(HistoryBackend backend, MessagingNode node)
    {
        switch (backend.Kind)
        {
            case HistoryBackendKind.Memory:
                return new ChannelSystem(Create(node, new InMemoryJournal(), new InMemorySnapshotStore()));
            case HistoryBackendKind.Sqlite:
                var file = new SqliteJournalOptions { Path = backend.Location ?? PathIn(node) };
                var (journal, snapshots) = (new SqliteJournal(file), new SqliteSnapshotStore(file));
                await OpenAsync(journal.OpenAsync, backend, journal, snapshots);
                return new ChannelSystem(Create(node, journal, snapshots), journal, snapshots);
            default:
                var database = new PostgresJournalOptions { ConnectionString = backend.Location! };
                var (journalThere, snapshotsThere) = (new PostgresJournal(database), new PostgresSnapshotStore(database));
                await OpenAsync(journalThere.OpenAsync, backend, journalThere, snapshotsThere);
                return new ChannelSystem(Create(node, journalThere, snapshotsThere), journalThere, snapshotsThere);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    static string PathIn(MessagingNode node) => node.Options.DataDirectory is { } directory
        ? Path.Combine(directory, "channels.db")
        : throw new ChannelOpenException(
            ChannelOpenFailure.History, "The node has no data directory; set NodeOptions.DataDirectory, or name a file with HistoryBackend.SqliteAt.");

    static async Task OpenAsync(Func<CancellationToken, ValueTask> open, HistoryBackend backend, params IAsyncDisposable[] stores)
    {
        try
        {
            await open(CancellationToken.None);
        }
        catch (JournalException e)
        {
            foreach (var store in stores)
                await store.DisposeAsync();
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history cannot be kept in '{backend}': {e.Message}", e);
        }
    }

    static ActorSystem Create(MessagingNode node, IJournal journal, ISnapshotStore snapshots) =>
        ActorSystem.Create("channels", new ActorSystemOptions
        {
            Time = node.Time,
            LoggerFactory = node.Logs,
            RootStrategy = Restarting,
            Persistence = new PersistenceOptions
            {
                Journal = journal,
                Snapshots = snapshots,
                Serialization = EventSerialization.CreateBuilder().AddChannels().Build(),
            },
        });
}

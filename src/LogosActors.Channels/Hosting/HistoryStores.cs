using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Channels.Hosting;

/// <summary>Where the histories of channels are kept.</summary>
internal sealed record HistoryStores(IJournal Journal, ISnapshotStore Snapshots) : IAsyncDisposable
{
    /// <summary>Opens a history.</summary>
    /// <param name="backend">Which.</param>
    /// <param name="directory">The node's data directory; null: there is none.</param>
    /// <exception cref="ChannelOpenException">The history cannot be kept there.</exception>
    public static async Task<HistoryStores> OpenAsync(HistoryBackend backend, string? directory)
    {
        switch (backend.Kind)
        {
            case HistoryBackendKind.Memory:
                return new HistoryStores(new InMemoryJournal(), new InMemorySnapshotStore());
            case HistoryBackendKind.Sqlite:
                var file = new SqliteJournalOptions { Path = PathOf(backend, directory) };
                var journal = new SqliteJournal(file);
                return await OpenAsync(backend, new HistoryStores(journal, new SqliteSnapshotStore(file)), journal.OpenAsync);
            default:
                var database = new PostgresJournalOptions { ConnectionString = backend.Location! };
                var journalThere = new PostgresJournal(database);
                return await OpenAsync(backend, new HistoryStores(journalThere, new PostgresSnapshotStore(database)), journalThere.OpenAsync);
        }
    }

    /// <summary>The file of an SQLite history.</summary>
    /// <exception cref="ChannelOpenException">It names none, and there is no data directory.</exception>
    public static string PathOf(HistoryBackend backend, string? directory) => backend.Location ?? (directory is not null
        ? Path.Combine(directory, "channels.db")
        : throw new ChannelOpenException(
            ChannelOpenFailure.History, "The node has no data directory; set NodeOptions.DataDirectory, or name a file with HistoryBackend.SqliteAt."));

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        await Snapshots.DisposeAsync();
    }

    static async Task<HistoryStores> OpenAsync(HistoryBackend backend, HistoryStores stores, Func<CancellationToken, ValueTask> open)
    {
        try
        {
            await open(CancellationToken.None);
            return stores;
        }
        catch (JournalException e)
        {
            await stores.DisposeAsync();
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history cannot be kept in '{backend}': {e.Message}", e);
        }
    }
}

using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.RateLimits;
using LogosActors.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Channels.Hosting;

/// <summary>Looks at a channel's history without taking part in the channel, whether it is open somewhere or not: nothing is sent or stored.</summary>
internal static class StoredChannel
{
    const int MaxEvents = 10_000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How a channel stood when its history was last written. What waits for the next epoch is not stored: it counts as unacknowledged.</summary>
    /// <param name="options">The channel; its sender is named.</param>
    /// <param name="directory">The node's data directory; null: there is none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null: there is no history of it there.</returns>
    /// <exception cref="ChannelOpenException">The history cannot be read.</exception>
    public static async Task<ChannelStatus?> ReadStatusAsync(ReliableChannelOptions options, string? directory, CancellationToken cancellation)
    {
        var backend = options.HistoryBackend;
        if (backend.Kind is HistoryBackendKind.Memory || (backend.Kind is HistoryBackendKind.Sqlite && !File.Exists(HistoryStores.PathOf(backend, directory))))
            return null;
        await using var stores = await HistoryStores.OpenAsync(backend, directory);
        var id = ChannelDirectory.PersistenceIdOf(options);
        try
        {
            if (await stores.Journal.ReadHighestSequenceNrAsync($"{id}/sds", cancellation) == 0)
                return null;
            var used = await CountAsync(stores.Journal, $"{id}/rate-limit/{options.RateLimit.EpochOf(DateTimeOffset.UtcNow)}", cancellation);
            return await AskAsync(stores, options, id, cancellation) with { UsedOfEpoch = used };
        }
        catch (Exception e) when (e is JournalException or AskTimeoutException)
        {
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history in '{backend}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Asks the actors of the channel, which have recovered what is stored, and reach neither the network nor the disk.</summary>
    static async Task<ChannelStatus> AskAsync(HistoryStores stores, ReliableChannelOptions options, string id, CancellationToken cancellation)
    {
        var silent = new ChannelTransport(
            static async (_, _, _) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan);
                return default(RequestId);
            },
            static _ => Task.FromResult<Result<StoreHistory, StoreQueryError>>(new StoreQueryError(StoreQueryErrorKind.NotStarted, "Nothing is asked.")));
        var environment = new ChannelEnvironment(
            options with { RateLimit = new RateLimitOptions { IsEnabled = false }, Encryption = null }, silent,
            new ChannelVoice(1, static _ => { }, NullLogger.Instance), new IncomingBudget(options.MaxIncomingBytes), id);
        var readOnly = new HistoryStores(new ReadOnlyJournal(stores.Journal), new ReadOnlySnapshots(stores.Snapshots));
        await using var system = ChannelSystem.Create(readOnly, new OneForOneStrategy { Decider = static _ => Directive.Stop }, TimeProvider.System, NullLoggerFactory.Instance);
        var channel = system.Spawn(Props.Create(() => new ChannelActor(environment)));
        return await channel.Ask<ChannelStatus>(Conversation.GetStatus.Instance, Patience, cancellation: cancellation);
    }

    static async Task<int> CountAsync(IJournal journal, string id, CancellationToken cancellation)
    {
        var codec = EventSerialization.CreateBuilder().AddChannels().Build();
        return (await journal.ReadAsync(id, 1, long.MaxValue, MaxEvents, cancellation))
            .Sum(entry => codec.Deserialize(entry.Event) is RateLimiting.MessagesTaken taken ? taken.Count : 0);
    }

    sealed class ReadOnlyJournal(IJournal stored) : IJournal
    {
        public ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation) =>
            stored.ReadHighestSequenceNrAsync(persistenceId, cancellation);

        public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
            string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation) =>
            stored.ReadAsync(persistenceId, fromSequenceNr, toSequenceNr, max, cancellation);

        public ValueTask WriteAsync(JournalWrite write) => ValueTask.CompletedTask;

        public ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    sealed class ReadOnlySnapshots(ISnapshotStore stored) : ISnapshotStore
    {
        public ValueTask<StoredSnapshot?> LoadAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation) =>
            stored.LoadAsync(persistenceId, maxSequenceNr, cancellation);

        public ValueTask SaveAsync(string persistenceId, StoredSnapshot snapshot, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DeleteAsync(string persistenceId, long maxSequenceNr, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

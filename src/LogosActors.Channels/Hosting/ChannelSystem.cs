using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Delivery;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Hosting;

/// <summary>The actor system of a node's channels that keep their history in the same place.</summary>
internal sealed class ChannelSystem(ActorSystem system, HistoryStores stores) : IAsyncDisposable
{
    static readonly OneForOneStrategy Restarting = new()
    {
        // Whatever a channel fails of, it comes back: its state is in the journal.
        Decider = static _ => Directive.Restart,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
    };

    public ActorSystem System => system;

    /// <exception cref="ChannelOpenException">The history cannot be kept there.</exception>
    public static async Task<ChannelSystem> CreateAsync(HistoryBackend backend, MessagingNode node)
    {
        var stores = await HistoryStores.OpenAsync(backend, node.Options.DataDirectory);
        return new ChannelSystem(Create(stores, Restarting, node.Time, node.Logs), stores);
    }

    /// <summary>An actor system over stores that the caller keeps.</summary>
    public static ActorSystem Create(HistoryStores stores, SupervisorStrategy strategy, TimeProvider time, ILoggerFactory logs) =>
        ActorSystem.Create("channels", new ActorSystemOptions
        {
            Time = time,
            LoggerFactory = logs,
            RootStrategy = strategy,
            Persistence = new PersistenceOptions
            {
                Journal = stores.Journal,
                Snapshots = stores.Snapshots,
                Serialization = EventSerialization.CreateBuilder().AddChannels().Build(),
            },
        });

    public async ValueTask DisposeAsync()
    {
        await system.DisposeAsync();
        await stores.DisposeAsync();
    }
}

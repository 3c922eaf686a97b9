using Akka.Actor;
using LogosActors.Channels.Channel;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Channels.Hosting;

/// <summary>Looks at a channel's history without taking part in the channel, whether it is open somewhere or not: nothing is sent or stored.</summary>
public static class StoredChannel
{
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
        if (backend.Kind is HistoryBackendKind.Memory || (backend.Kind is HistoryBackendKind.Sqlite && !File.Exists(ChannelHistory.PathOf(backend, directory))))
            return null;
        var system = ChannelHistory.Create(backend, directory, NullLoggerFactory.Instance, TimeProvider.System);
        try
        {
            var status = new TaskCompletionSource<ChannelStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
            system.ActorOf(StoredStatusActor.Props(options, ChannelHistory.Plugins, ChannelDirectory.PersistenceIdOf(options), status));
            return await status.Task.WaitAsync(Patience, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history in '{backend}' cannot be read: {e.Message}", e);
        }
        finally
        {
            await system.Terminate();
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Channel;
using LogosActors.Delivery;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Channels.Hosting;

/// <summary>The open channels of a node. For any number of threads; disposed of with the node.</summary>
internal sealed class ChannelDirectory(MessagingNode node) : IAsyncDisposable
{
    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<HistoryBackend, ChannelHistory> _histories = [];
    readonly Dictionary<string, ReliableChannel> _channels = new(StringComparer.Ordinal);
    bool _isDisposed;

    /// <summary>The channels of a node.</summary>
    public static ChannelDirectory Of(MessagingNode node) => node.Layer(() => new ChannelDirectory(node));

    /// <summary>The open channel of that id; null: there is none.</summary>
    public async Task<ReliableChannel?> FindAsync(string channelId)
    {
        await _turn.WaitAsync();
        try
        {
            return _channels.GetValueOrDefault(channelId);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <exception cref="ChannelOpenException">It cannot be opened.</exception>
    public async Task<ReliableChannel> OpenAsync(ReliableChannelOptions options, bool ownsNode, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, node);
            if (!node.IsStarted)
                throw new ChannelOpenException(ChannelOpenFailure.NotStarted, "The node is not started; call StartAsync first.");
            if (_channels.ContainsKey(options.ChannelId))
                throw new ChannelOpenException(ChannelOpenFailure.AlreadyOpen, $"The channel '{options.ChannelId}' is open on this node already.");
            var named = options with { SenderId = options.SenderId ?? node.PeerId.ToString() };
            var history = await HistoryOfAsync(named.HistoryBackend);
            try
            {
                var channel = await StartAsync(named, history, ownsNode, cancellation);
                _channels.Add(named.ChannelId, channel);
                return channel;
            }
            catch
            {
                await LeaveAsync(named.HistoryBackend);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes a channel, unless it is closed.</summary>
    public async Task CloseAsync(ReliableChannel channel)
    {
        await _turn.WaitAsync();
        try
        {
            await CloseNowAsync(channel);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _isDisposed = true;
            // All at once: each may wait for a database that does not answer.
            var channels = _channels.Values.ToList();
            _channels.Clear();
            await Task.WhenAll(channels.Select(StopAsync));
            foreach (var history in _histories.Values)
                await history.DisposeAsync();
            _histories.Clear();
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task<ReliableChannel> StartAsync(ReliableChannelOptions options, ChannelHistory history, bool ownsNode, CancellationToken cancellation)
    {
        var publisher = new EventPublisher<ChannelEvent>(history.System, UniqueName.Of(history.System, "channel"), options.EventCapacity);
        var channel = new ReliableChannel(node, options, this, ownsNode, publisher);
        try
        {
            options.Opening?.Invoke(channel);
            var settings = new ChannelSettings(
                options, new ChannelNode(node.Send, query => node.Store.QueryAsync(query)), channel.Published, channel.Budget, ChannelHistory.Plugins, PersistenceIdOf(options))
            {
                Clock = new SteadyClock(node.Time),
                SdsCreated = channel.UseSds,
            };
            channel.FindJournalProblem = () => JournalStatus.Of(history.System, ChannelHistory.Plugins).Problem;
            channel.Actor = await history.StartAsync(settings, cancellation);
            if (await node.AttachAsync(options.ContentTopic, channel.Actor, cancellation) is not { } error)
                return channel;
            await history.StopAsync(channel.Actor, settings.PersistenceId);
            throw new ChannelOpenException(ChannelOpenFailure.Subscription, error.Message);
        }
        catch
        {
            channel.End();
            throw;
        }
    }

    async Task CloseNowAsync(ReliableChannel channel)
    {
        if (!_channels.Remove(channel.ChannelId))
            return;
        await StopAsync(channel);
        await LeaveAsync(channel.Options.HistoryBackend);
    }

    async Task StopAsync(ReliableChannel channel)
    {
        await node.DetachAsync(channel.ContentTopic, channel.Actor);
        await channel.FlushAsync();
        await _histories[channel.Options.HistoryBackend].StopAsync(channel.Actor, PersistenceIdOf(channel.Options));
        channel.End();
    }

    async Task<ChannelHistory> HistoryOfAsync(HistoryBackend backend)
    {
        if (!_histories.TryGetValue(backend, out var history))
            _histories.Add(backend, history = await ChannelHistory.OpenAsync(backend, node));
        return history;
    }

    /// <summary>A history that no channel uses is left to others; in memory it lasts as long as the node.</summary>
    async Task LeaveAsync(HistoryBackend backend)
    {
        if (backend.Kind is HistoryBackendKind.Memory || _histories.GetValueOrDefault(backend) is not { Channels: 0 } history)
            return;
        _histories.Remove(backend);
        await history.DisposeAsync();
    }

    /// <summary>Names a channel's history: ids are anything, and several nodes may share a database.</summary>
    public static string PersistenceIdOf(ReliableChannelOptions options) =>
        $"channel/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.ChannelId}\0{options.SenderId}")))[..32]}";
}

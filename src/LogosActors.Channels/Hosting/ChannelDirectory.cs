using System.Security.Cryptography;
using System.Text;
using LogosActors.Actors;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Delivery;

namespace LogosActors.Channels.Hosting;

/// <summary>The open channels of a node. For any number of threads; disposed of with the node.</summary>
internal sealed class ChannelDirectory(MessagingNode node) : IAsyncDisposable
{
    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<HistoryBackend, ChannelSystem> _systems = [];
    readonly Dictionary<string, ReliableChannel> _channels = new(StringComparer.Ordinal);
    readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
    readonly ChannelRoutes _routes = new(node);
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
            if (!_systems.TryGetValue(named.HistoryBackend, out var system))
                _systems.Add(named.HistoryBackend, system = await ChannelSystem.CreateAsync(named.HistoryBackend, node));
            var channel = new ReliableChannel(node, named, this, ownsNode);
            named.Opening?.Invoke(channel);
            Spawn(channel, system.System);
            await SubscribeAsync(channel, cancellation);
            _channels.Add(named.ChannelId, channel);
            return channel;
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
            foreach (var channel in _channels.Values.ToList())
                await CloseNowAsync(channel);
            foreach (var system in _systems.Values)
                await system.DisposeAsync();
            _systems.Clear();
            _routes.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    void Spawn(ReliableChannel channel, ActorSystem system)
    {
        var environment = new ChannelEnvironment(
            channel.Options, new ChannelTransport(_routes.SendAsync, query => node.QueryStoreAsync(query)), channel.Voice, channel.Budget, PersistenceIdOf(channel.Options));
        channel.Actor = system.Spawn(Props.Create(() => new ChannelActor(environment)));
        channel.System = system;
    }

    async Task SubscribeAsync(ReliableChannel channel, CancellationToken cancellation)
    {
        var topic = channel.ContentTopic;
        var isKnown = node.GetHealth().ContentTopics.ContainsKey(topic);
        _routes.Add(topic, channel.Listener);
        try
        {
            var errors = await node.SubscribeAsync([topic], cancellation);
            if (errors.Count > 0)
                throw new ChannelOpenException(ChannelOpenFailure.Subscription, errors[0].Message);
        }
        catch
        {
            _routes.Remove(topic, channel.Listener);
            await channel.System.StopAsync(channel.Actor, ReliableChannel.CloseTimeout);
            throw;
        }
        // What the application has subscribed to by itself stays subscribed to.
        if (!isKnown)
            _subscribed.Add(topic);
    }

    async Task CloseNowAsync(ReliableChannel channel)
    {
        if (!_channels.Remove(channel.ChannelId))
            return;
        if (_routes.Remove(channel.ContentTopic, channel.Listener) && _subscribed.Remove(channel.ContentTopic) && node.IsStarted)
            await node.UnsubscribeAsync([channel.ContentTopic]);
        await channel.System.StopAsync(channel.Actor, ReliableChannel.CloseTimeout);
        channel.End();
    }

    /// <summary>Names a channel's histories: ids are anything, and several nodes may share a database.</summary>
    public static string PersistenceIdOf(ReliableChannelOptions options) =>
        $"channel/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.ChannelId}\0{options.SenderId}")))[..32]}";
}

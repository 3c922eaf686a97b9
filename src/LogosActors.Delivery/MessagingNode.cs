using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>A node of the network that sends and receives messages (MESSAGING-API). For any number of threads.</summary>
/// <remarks>
/// What can be mended is mended inside. What an application must expect comes back as a result or an event; an exception is misuse.
/// <code>
/// await using var node = await MessagingNode.CreateAsync(new NodeOptions());
/// await node.StartAsync();
/// await node.SubscribeAsync(["/chat/1/lobby/proto"]);
/// await node.SendAsync(new MessageEnvelope("/chat/1/lobby/proto", "hello"u8.ToArray()));
/// await foreach (var received in node.Messages()) Console.WriteLine(received.Message.Payload.Length);
/// </code>
/// </remarks>
public sealed partial class MessagingNode : IAsyncDisposable
{
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    readonly NodeOptions _options;
    readonly ActorSystem _system;
    readonly bool _ownsSystem;
    readonly EventStreams _streams;
    readonly SemaphoreSlim _turn = new(1);
    Running? _running;
    bool _isDisposed;

    MessagingNode(NodeOptions options, ActorSystem system, bool ownsSystem)
    {
        (_options, _system, _ownsSystem) = (options, system, ownsSystem);
        _streams = new EventStreams(options.EventCapacity);
    }

    /// <summary>Who this node is; null before the first start.</summary>
    public PeerId? PeerId => Volatile.Read(ref _running)?.Host.PeerId;

    /// <summary>Where others can connect; empty while the node is not started.</summary>
    public IReadOnlyList<Multiaddr> Addresses => Volatile.Read(ref _running)?.Host.ListenAddresses ?? [];

    /// <summary>Whether the node is started.</summary>
    public bool IsStarted => Volatile.Read(ref _running) is not null;

    /// <summary>Makes a node, which does nothing before it is started.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="system">Where its actors live; null for a system of its own.</param>
    public static Task<MessagingNode> CreateAsync(NodeOptions? options = null, ActorSystem? system = null) =>
        Task.FromResult(new MessagingNode(options ?? new NodeOptions(), system ?? ActorSystem.Create("node"), ownsSystem: system is null));

    /// <summary>Starts the node, and returns when it listens.</summary>
    /// <exception cref="Libp2p.Connections.ConnectionException">An address is taken, not this machine's, or of no transport.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_running is null)
                Volatile.Write(ref _running, await RunAsync());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops the node: it leaves the network, and can be started again.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_running is not { } running)
                return;
            Volatile.Write(ref _running, null);
            await EndAsync(running);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends a message. The first one on a content topic subscribes to it.</summary>
    /// <param name="message">The message; its bytes must not be changed.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    /// <returns>The request, about which events tell; or why the message was not taken.</returns>
    public async Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Volatile.Read(ref _running) is not { } running)
            return new SendError(SendErrorKind.NotStarted, "The node is not started; call StartAsync first.");
        if (!OutgoingCheck.TryPass(message, _options, out var topic, out var shard, out var error))
            return error;
        return await running.Actor.Ask<Result<RequestId, SendError>>(
            new Sends.Send(RequestId.New(), shard, topic, message), NodeEnvironment.AnswerTimeout, cancellation: cancellation);
    }

    /// <summary>Receives the messages of content topics from now on.</summary>
    /// <param name="contentTopics">The topics; those that are subscribed to already are passed over.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <returns>What could not be subscribed to; empty: all is done.</returns>
    public Task<IReadOnlyList<SubscriptionError>> SubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default) =>
        ForEachAsync(contentTopics, (topic, shard) => new Subscriptions.Subscribe(topic, shard), cancellation);

    /// <summary>Receives the messages of content topics no more.</summary>
    /// <param name="contentTopics">The topics.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <returns>What could not be unsubscribed from; empty: all is done.</returns>
    public Task<IReadOnlyList<SubscriptionError>> UnsubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default) =>
        ForEachAsync(contentTopics, (topic, _) => new Subscriptions.Unsubscribe(topic), cancellation);

    /// <summary>Stops the node, and ends all enumerations of events.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        await StopAsync();
        _isDisposed = true;
        _streams.Complete();
        _turn.Dispose();
        if (_ownsSystem)
            await _system.DisposeAsync();
    }

    async Task<IReadOnlyList<SubscriptionError>> ForEachAsync(
        IEnumerable<string> contentTopics, Func<ContentTopic, PubsubTopic, object> request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(contentTopics);
        var running = Volatile.Read(ref _running);
        var errors = new List<SubscriptionError>();
        foreach (var text in contentTopics.Distinct(StringComparer.Ordinal))
        {
            if (running is null)
                errors.Add(new SubscriptionError(text, SubscriptionErrorKind.NotStarted, "The node is not started; call StartAsync first."));
            else if (!ContentTopic.TryParse(text, out var topic, out var problem) || !_options.Network.TryGetShard(topic, out var shard, out problem))
                errors.Add(new SubscriptionError(text, SubscriptionErrorKind.InvalidContentTopic, problem));
            else if (await AskAsync(running, request(topic, shard), cancellation) is { } error)
                errors.Add(error);
        }
        return errors;
    }

    static async Task<SubscriptionError?> AskAsync(Running running, object request, CancellationToken cancellation)
    {
        var answer = await running.Actor.Ask<Subscriptions.Answer>(request, NodeEnvironment.AnswerTimeout, cancellation: cancellation);
        return answer.Error;
    }

    async Task<Running> RunAsync()
    {
        _health.Current = NodeHealth.NotStarted;
        var key = _options.Key ?? PrivateKey.Generate(KeyType.Secp256k1);
        Libp2pHost? host = null;
        try
        {
            host = await Libp2pHost.CreateAsync(key, _options.Host with { ListenAddresses = _options.ListenAddresses }, _system);
            var gossipsub = host.UseGossipsub(GossipsubPresets.Relay);
            var environment = new NodeEnvironment(_options, host, gossipsub, _streams, Raise, _system.Time) { Health = _health };
            var actor = _system.Spawn(Props.Create(() => new NodeActor(environment)));
            foreach (var address in _options.EntryNodes)
            {
                if (address.PeerId is { } peer)
                    host.Keep(peer, address);
            }
            return new Running(key, host, gossipsub, actor);
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            if (key != _options.Key)
                key.Dispose();
            throw;
        }
    }

    async Task EndAsync(Running running)
    {
        try
        {
            await _system.StopAsync(running.Actor, StopTimeout);
        }
        finally
        {
            await running.Host.DisposeAsync();
            if (running.Key != _options.Key)
                running.Key.Dispose();
        }
    }

    sealed record Running(PrivateKey Key, Libp2pHost Host, GossipsubService Gossipsub, ActorRef Actor);
}

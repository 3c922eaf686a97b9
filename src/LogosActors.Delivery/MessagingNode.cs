using LogosActors.Actors;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
    readonly NodeOptions _options;
    readonly ActorSystem _system;
    readonly NodeSystem? _ownSystem;
    readonly DataDirectory? _directory;
    readonly PrivateKey _key;
    readonly EventStreams<MessagingEvent> _streams;
    readonly ReceivingMemory _receiving;
    readonly TopicShards _topics;
    readonly SemaphoreSlim _turn = new(1);
    RunningNode? _running;
    bool _isDisposed;

    MessagingNode(NodeOptions options, ActorSystem system, NodeSystem? ownSystem, DataDirectory? directory, PrivateKey key)
    {
        (_options, _system, _ownSystem, _directory, _key) = (options, system, ownSystem, directory, key);
        _streams = new EventStreams<MessagingEvent>(options.EventCapacity);
        _receiving = new ReceivingMemory(options.Receiving);
        _metrics = new NodeMetrics(this);
        _topics = new TopicShards(options.Network);
    }

    /// <summary>Who this node is.</summary>
    public PeerId PeerId => PeerId.FromPublicKey(_key.PublicKey);

    /// <summary>Where others can connect; empty while the node is not started.</summary>
    public IReadOnlyList<Multiaddr> Addresses => Volatile.Read(ref _running)?.Host.ListenAddresses ?? [];

    /// <summary>Whether the node is started.</summary>
    public bool IsStarted => Volatile.Read(ref _running) is not null;

    /// <summary>Makes a node, which does nothing before it is started.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logs">Where it logs; null: nowhere.</param>
    /// <param name="system">Where its actors live, with a journal and the codecs of <see cref="DeliverySerialization"/>; null for a system of
    /// its own, which keeps what it keeps in <see cref="NodeOptions.DataDirectory"/>.</param>
    /// <exception cref="NodeStartException">The data directory or the key in it cannot be used.</exception>
    public static async Task<MessagingNode> CreateAsync(NodeOptions? options = null, ILoggerFactory? logs = null, ActorSystem? system = null)
    {
        options ??= new NodeOptions();
        var directory = options.DataDirectory is { } path ? DataDirectory.Open(path) : null;
        PrivateKey? key = null;
        try
        {
            key = options.Key ?? directory?.LoadOrCreateKey() ?? PrivateKey.Generate(KeyType.Secp256k1);
            var own = system is null ? await NodeSystem.CreateAsync(directory, logs ?? NullLoggerFactory.Instance) : null;
            return new MessagingNode(options, system ?? own!.System, own, directory, key);
        }
        catch
        {
            if (key != options.Key)
                key?.Dispose();
            directory?.Dispose();
            throw;
        }
    }

    /// <summary>Starts the node, and returns when it listens.</summary>
    /// <exception cref="NodeStartException">An address cannot be listened at.</exception>
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
    public Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return AddAsync(message, request: null).WaitAsync(cancellation);
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
        await DisposeLayerAsync();
        await StopAsync();
        _isDisposed = true;
        _streams.Complete();
        _metrics.Dispose();
        _turn.Dispose();
        if (_ownSystem is not null)
            await _ownSystem.DisposeAsync();
        if (_key != _options.Key)
            _key.Dispose();
        _directory?.Dispose();
    }

    Task<Result<RequestId, SendError>> AddAsync(MessageEnvelope message, RequestId? request)
    {
        if (Volatile.Read(ref _running) is not { } running)
            return Task.FromResult<Result<RequestId, SendError>>(
                new SendError(SendErrorKind.NotStarted, "The node is not started; call StartAsync first."));
        if (!OutgoingCheck.TryPass(message, _options, _topics, out var topic, out var shard, out var error))
            return Task.FromResult<Result<RequestId, SendError>>(error);
        return running.Environment.Sends.AddAsync(message, topic, shard, running.Actor, request);
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
            else if (!_topics.TryFind(text, out var topic, out var shard, out var problem))
                errors.Add(new SubscriptionError(text, SubscriptionErrorKind.InvalidContentTopic, problem));
            else if (await AskAsync(running, request(topic, shard), cancellation) is { } error)
                errors.Add(error);
        }
        return errors;
    }

    static async Task<SubscriptionError?> AskAsync(RunningNode running, object request, CancellationToken cancellation)
    {
        var answer = await running.Actor.Ask<Subscriptions.Answer>(request, NodeEnvironment.AnswerTimeout, cancellation: cancellation);
        return answer.Error;
    }

    async Task<RunningNode> RunAsync()
    {
        (_health.Current, _health.Seen) = (NodeHealth.NotStarted, null);
        return await RunningNode.StartAsync(_options, _key, _system, _streams, Raise, _health, _receiving, _tap);
    }

    async Task EndAsync(RunningNode running)
    {
        try
        {
            await running.StopActorsAsync();
            TellLast(running.Environment);
        }
        finally
        {
            await running.DisposeAsync();
        }
    }

    /// <summary>Tells what the node's actors had no time to tell, and the end of what they had no time to end.</summary>
    void TellLast(NodeEnvironment environment)
    {
        var log = _system.Options.LoggerFactory.CreateLogger<MessagingNode>();
        while (environment.Waiting.TryTake(out var told))
            EventsActor.Tell(told, _streams, Raise, log);
        foreach (var told in environment.Sends.Close())
            EventsActor.Tell(told, _streams, Raise, log);
    }
}

using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Hosting;
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
public sealed partial class MessagingNode : IMessagingNode
{
    /// <summary>How long a stop waits for the application's handlers.</summary>
    static readonly TimeSpan HandlersTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a dispose waits for the actors of a system of its own.</summary>
    static readonly TimeSpan TerminateTimeout = TimeSpan.FromSeconds(5);

    readonly NodeOptions _options;
    readonly ILoggerFactory _logs;
    readonly ActorSystem _system;
    readonly bool _ownsSystem;
    readonly DataDirectory? _directory;
    readonly PrivateKey _key;
    readonly EventPublisher<MessagingEvent> _events;
    readonly TopicShards _topics;
    readonly AwaitedOutcomes<SendEvent> _outcomes = new();
    readonly SemaphoreSlim _turn = new(1);
    readonly Lock _disposing = new();
    IReadOnlyList<Subscriptions.LeftTopic> _left = [];
    RunningNode? _running;
    TaskCompletionSource<string> _stoppedItself = NotStoppedItself();
    string? _stopReason;
    NodeJournal? _journal;
    bool _isJournalOpen;
    Task? _disposal;
    bool _isDisposed;

    MessagingNode(NodeOptions options, ILoggerFactory logs, ActorSystem system, bool ownsSystem, DataDirectory? directory, PrivateKey key)
    {
        (_options, _logs, _system, _ownsSystem, _directory, _key) = (options, logs, system, ownsSystem, directory, key);
        _metrics = new NodeMetrics(this);
        _events = new EventPublisher<MessagingEvent>(system, UniqueName.Of(system, $"logos-{PeerId}"), options.EventCapacity, Count, static raised => raised is MessageReceived received ? received.Message.Payload.Length : 0);
        _topics = new TopicShards(options.Network);
        Store = new NodeStore(this);
    }

    /// <inheritdoc/>
    public PeerId PeerId => PeerId.FromPublicKey(_key.PublicKey);

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> Addresses => Volatile.Read(ref _running)?.Host.ListenAddresses ?? [];

    /// <inheritdoc/>
    public bool IsStarted => Volatile.Read(ref _running) is not null;

    /// <summary>Makes a node, which does nothing before it is started.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logs">Where it logs; null: nowhere.</param>
    /// <param name="system">The application's actor system in which the node's actors live, next to the application's own; null for a
    /// system of the node's. The node adds what it needs, under names of its own, and changes no default.</param>
    /// <param name="cancellation">Gives up, for instance waiting for a database.</param>
    /// <exception cref="NodeStartException">The data directory, the key in it or the journal cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<MessagingNode> CreateAsync(
        NodeOptions? options = null, ILoggerFactory? logs = null, ActorSystem? system = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var node = Create(options, logs, system);
        try
        {
            await node.OpenJournalAsync(cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a node that opens its journal when it is started: for a container, which cannot wait.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logs">Where it logs; null: nowhere.</param>
    /// <param name="system">The application's actor system, as in <see cref="CreateAsync"/>; null for a system of the node's.</param>
    /// <param name="time">The clock of the node's own system, for wall-clock times: what is waited for goes by the scheduler of Akka. Null: the machine's.</param>
    /// <exception cref="NodeStartException">The data directory or the key in it cannot be used.</exception>
    public static MessagingNode Create(NodeOptions? options = null, ILoggerFactory? logs = null, ActorSystem? system = null, TimeProvider? time = null)
    {
        options ??= new NodeOptions();
        logs ??= NullLoggerFactory.Instance;
        var directory = options.DataDirectory is { } path ? DataDirectory.Open(path) : null;
        PrivateKey? key = null;
        try
        {
            key = options.Key ?? directory?.LoadOrCreateKey() ?? PrivateKey.Generate(KeyType.Secp256k1);
            if (PrivateFiles.WarningOf(directory?.Key) is { } warning)
                logs.CreateLogger<MessagingNode>().LogWarning("{Warning}", warning);
            return new MessagingNode(options, logs, system ?? CreateSystem(options, logs, time), ownsSystem: system is null, directory, key);
        }
        catch
        {
            if (key != options.Key)
                key?.Dispose();
            directory?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>A node whose journal is in PostgreSQL stops by itself if another process has taken the journal's lock while the database was away:
    /// <see cref="IsStarted"/> is false then, <see cref="GetHealth"/> and <see cref="ConnectionStatusChanged"/> say disconnected, the log has an
    /// error, <see cref="WaitUntilStoppedItselfAsync"/> ends, and whatever is sent or subscribed to is refused with the reason. It can be started
    /// again once that process has ended.</remarks>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_running is not null)
                return;
            await OpenJournalAsync(cancellation);
            if (_stopReason is not null && _journal?.Lock is { } held && await held.KeepAsync(cancellation) is JournalLock.State.Taken)
                throw new NodeStartException(NodeStartFailure.JournalInUse, SendIntake.JournalLostReason);
            _health.Reset();
            var parts = new NodeParts(_options, _key, _system, _journal, _events, _health, _tap, Counts, () => _ = StopWithoutJournalAsync());
            Volatile.Write(ref _running, await RunningNode.StartAsync(parts, _left));
            _stopReason = null;
            if (_stoppedItself.Task.IsCompleted)
                Volatile.Write(ref _stoppedItself, NotStoppedItself());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_running is not { } running)
                return;
            Volatile.Write(ref _running, null);
            try
            {
                _left = await running.StopActorsAsync();
                _outcomes.EndAll();
                await _events.FlushAsync(HandlersTimeout, Time);
            }
            finally
            {
                await running.DisposeAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits until the node has stopped by itself, as it does when another process writes to its journal; not until
    /// <see cref="StopAsync"/> or <see cref="DisposeAsync"/>.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Why it has stopped, and what to do, for people.</returns>
    /// <exception cref="OperationCanceledException">The waiting was stopped.</exception>
    public Task<string> WaitUntilStoppedItselfAsync(CancellationToken cancellation = default) =>
        Volatile.Read(ref _stoppedItself).Task.WaitAsync(cancellation);

    /// <summary>Another process writes to the journal: nothing more may be written. Informs the application.</summary>
    async Task StopWithoutJournalAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_running is not { } running)
                return;
            var wasConnected = _health.Current.Status is not ConnectionStatus.Disconnected;
            _stopReason = SendIntake.JournalLostReason;
            Volatile.Write(ref _running, null);
            if (wasConnected)
                _events.Publish(new ConnectionStatusChanged(ConnectionStatus.Disconnected));
            // What the other process has subscribed to is its own.
            _left = [];
            await running.AwaitActorsAsync();
            _outcomes.EndAll();
            await running.DisposeAsync();
            _stoppedItself.TrySetResult(_stopReason);
        }
#pragma warning disable CA1031 // nobody waits for this
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logs.CreateLogger<MessagingNode>().LogError(e, "The node did not stop as it should after another process had taken its journal");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, CancellationToken cancellation = default) =>
        SendNamedAsync(message, RequestId.New(), cancellation);

    /// <inheritdoc/>
    public async Task<Result<MessageSent, SendError>> SendAndConfirmAsync(MessageEnvelope message, CancellationToken cancellation = default)
    {
        var request = RequestId.New();
        var outcome = _outcomes.AwaitAsync(request);
        try
        {
            var taken = await SendNamedAsync(message, request, cancellation);
            if (!taken.IsSuccess)
                return taken.Error;
            return await outcome.WaitAsync(cancellation) switch
            {
                MessageSent sent => sent,
                MessageError failed => new SendError(SendErrorKind.NotSent, failed.Error),
                _ => new SendError(SendErrorKind.NotStarted, "The node was stopped before it was known what has become of the message; it may have been sent."),
            };
        }
        finally
        {
            _outcomes.Forget(request);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SubscriptionError>> SubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default) =>
        ForEachAsync(contentTopics, (topic, shard) => new Subscriptions.Subscribe(topic, shard), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SubscriptionError>> UnsubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default) =>
        ForEachAsync(contentTopics, (topic, _) => new Subscriptions.Unsubscribe(topic), cancellation);

    /// <summary>Stops the node, and ends all enumerations of events.</summary>
    /// <remarks>It waits 5 s for handlers of events that have not returned, and 5 s for what else of the node does not end, such as a validator
    /// that blocks: that is left behind, and the log says so. Whatever of its own the node waits for, such as a database, has 5 s.</remarks>
    public async ValueTask DisposeAsync()
    {
        Task disposal;
        lock (_disposing)
            disposal = _disposal ??= DisposeOnceAsync();
        await disposal;
    }

    async Task OpenJournalAsync(CancellationToken cancellation)
    {
        if (_isJournalOpen)
            return;
        var journal = await NodeJournal.OpenAsync(_options, _directory, PeerId, cancellation);
        try
        {
            // A journal goes on with the serialization that it has started with.
            NodeJournal.InstallTypes(_system);
            journal?.AddTo(_system);
        }
        catch
        {
            if (journal is not null)
                await journal.DisposeAsync();
            throw;
        }
        (_journal, _isJournalOpen) = (journal, true);
    }

    async Task DisposeOnceAsync()
    {
        await DisposeLayerAsync();
        await StopAsync();
        _isDisposed = true;
        _events.Complete();
        _metrics.Dispose();
        _turn.Dispose();
        if (_ownsSystem && !await _system.TerminateAsync(TerminateTimeout))
            _logs.CreateLogger<MessagingNode>().LogWarning("A handler or a validator of the application does not return: its actor is left behind");
        if (_journal is not null)
            await _journal.DisposeAsync();
        if (_key != _options.Key)
            _key.Dispose();
        _directory?.Dispose();
    }

    Task<Result<RequestId, SendError>> SendNamedAsync(MessageEnvelope message, RequestId request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Volatile.Read(ref _running) is { } running
            ? running.Environment.Intake.SendAsync(message, request, running.Actors).WaitAsync(cancellation)
            : Task.FromResult<Result<RequestId, SendError>>(new SendError(SendErrorKind.NotStarted, NotStarted));
    }

    void Count(MessagingEvent raised)
    {
        _metrics.Count(raised);
        if (!_outcomes.IsEmpty && raised is SendEvent end and not LogosActors.Delivery.MessagePropagated)
            _outcomes.Ended(end.Request, end);
    }

    static ActorSystem CreateSystem(NodeOptions options, ILoggerFactory logs, TimeProvider? time)
    {
        try
        {
            return LogosSystem.Create("logos", logs, options.Akka, time is null ? [] : [new TimeProviderSetup(time)]);
        }
#pragma warning disable CA1031 // Akka has no common exception for what it does not accept
        catch (Exception e) when (options.Akka is not null)
#pragma warning restore CA1031
        {
            throw new NodeStartException(NodeStartFailure.Akka, $"Akka does not accept its configuration: {(e.InnerException ?? e).Message.TrimEnd()}", e);
        }
    }

    static TaskCompletionSource<string> NotStoppedItself() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    string NotStarted => Volatile.Read(ref _stopReason) ?? "The node is not started; call StartAsync first.";

    async Task<IReadOnlyList<SubscriptionError>> ForEachAsync(
        IEnumerable<string> contentTopics, Func<ContentTopic, PubsubTopic, object> request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(contentTopics);
        var running = Volatile.Read(ref _running);
        var errors = new List<SubscriptionError>();
        foreach (var text in contentTopics.Distinct(StringComparer.Ordinal))
        {
            if (running is null)
                errors.Add(new SubscriptionError(text, SubscriptionErrorKind.NotStarted, NotStarted));
            else if (!_topics.TryFind(text, out var topic, out var shard, out var problem))
                errors.Add(new SubscriptionError(text, SubscriptionErrorKind.InvalidContentTopic, problem));
            else if (await AskAsync(running.Actors, request(topic, shard), cancellation) is { } error)
                errors.Add(error);
        }
        return errors;
    }

    async Task<SubscriptionError?> AskAsync(NodeActors actors, object request, CancellationToken cancellation)
    {
        var answer = await _system.AskAsync<Subscriptions.Answer>(actors.Subscriptions, request, NodeEnvironment.AnswerTimeout, cancellation);
        if (request is Subscriptions.Unsubscribe { Topic.Text: var topic })
            actors.Sends.Tell(new Sends.Unsubscribed(topic), ActorRefs.NoSender);
        return answer.Error;
    }
}

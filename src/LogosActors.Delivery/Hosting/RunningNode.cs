using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>What a node has between its starts.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Key">Its key.</param>
/// <param name="System">Where its actors live.</param>
/// <param name="Journal">Where what must survive is stored; null: nowhere.</param>
/// <param name="Events">Publishes events to the application.</param>
/// <param name="Health">Where its health is published.</param>
/// <param name="Tap">Shows the relay's messages.</param>
/// <param name="Counts">Counts the relay's messages.</param>
/// <param name="JournalLost">Called when another process writes to the journal.</param>
internal sealed record NodeParts(
    NodeOptions Options, PrivateKey Key, ActorSystem System, NodeJournal? Journal, EventPublisher<MessagingEvent> Events, HealthView Health, RelayTap Tap,
    MessageCounts Counts, Action JournalLost);

/// <summary>A node between its start and its stop: the host, what is mounted on it, and the actors.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    /// <summary>How long a start waits for the node's actors.</summary>
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits in all for what the node's actors have still to write.</summary>
    /// <value>4 s: a service manager that kills after some seconds finds a process that has ended.</value>
    static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(4);

    /// <summary>How long a stop waits for the node's actors to end.</summary>
    static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(1);

    readonly ActorSystem _system;
    readonly IActorRef _node;
    NetworkWatch? _watch;

    RunningNode(ActorSystem system, NodeEnvironment environment, StoreClient client, StorePeers stores)
    {
        (_system, Environment, Client, Stores) = (system, environment, client, stores);
        _node = system.ActorOf(NodeSupervisorActor.Props(environment), UniqueName.Of(system, $"logos-{environment.Host.PeerId}"));
    }

    public NodeEnvironment Environment { get; }

    public NodeActors Actors => Environment.Actors;

    public INodeHost Host => Environment.Host;

    /// <summary>The relay; null: the node does not relay.</summary>
    public GossipsubTopics? Gossipsub => Environment.Gossipsub;

    public StoreClient Client { get; }

    public StorePeers Stores { get; }

    /// <summary>Starts a node.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <param name="left">What it was subscribed to when it stopped.</param>
    /// <exception cref="NodeStartException">An address cannot be listened at, or the archive cannot be used.</exception>
    public static async Task<RunningNode> StartAsync(NodeParts parts, IReadOnlyList<Subscriptions.LeftTopic> left)
    {
        var (options, system) = (parts.Options, parts.System);
        if (options.Archive is { } archive)
            await InitializeAsync(archive);
        var host = await ListenAsync(parts);
        try
        {
            var gossipsub = options.Mode is NodeMode.Edge
                ? null
                : host.StartGossipsub(RelayGossipsub.For(options.MaxMessageSize, options.Host.Limits.MaxConnectionsPerAddress));
            var client = new StoreClient(host);
            var time = system.TimeProvider();
            var stores = new StorePeers([.. options.StoreNodes.Select(address => address.PeerId).OfType<PeerId>()], time);
            host.Subscribe(stores.Observe);
            var presence = new PresenceReader(stores, client.FindPresentAsync, system.Random());
            var persistence = parts.Journal?.Plugins ?? NodeHostSetup.Of(system)?.Persistence;
            var environment = new NodeEnvironment(options, host, gossipsub, parts.Events, time)
            {
                Health = parts.Health,
                Tap = parts.Tap,
                Counts = parts.Counts,
                RecordKey = options.Discovery.IsOn ? NodeKey.Of(parts.Key) : null,
                Persistence = persistence,
                JournalLock = parts.Journal?.Lock,
                JournalLost = parts.JournalLost,
                Validation = new MessageValidation(options.Validation with { MaxSize = options.MaxMessageSize }),
                Intake = new SendIntake(options, new TopicShards(options.Network), system)
                {
                    IsJournalled = persistence is not null,
                    FindJournalProblem = () => parts.Journal?.FindProblem(system),
                    IsJournalRemoved = () => parts.Journal?.IsRemoved == true,
                },
                Stores = new StorePresence(() => options.Sending.AsksStores && stores.Count > 0, presence.FindAsync),
                Receiving = new ReceivingEnvironment(
                    options.Receiving, options.Network, parts.Events, stores, (store, query) => client.QueryAsync(store, query),
                    persistence, $"{host.PeerId}/received")
                { Left = left },
            };
            var running = new RunningNode(system, environment, client, stores);
            await system.AskAsync<ActorIdentity>(running._node, NodeSupervisorActor.AwaitStart.Instance, StartTimeout);
            // Who has seen the node start may send to what it was subscribed to; a journal that is away holds it up for a bounded time.
            await AskAsync<Subscriptions.Answer>(system, running.Actors.Subscriptions, Subscriptions.AwaitRecovery.Instance);
            if (running.Actors.FilterClient is { } filter && NodeHostSetup.Of(system) is null)
                running._watch = new NetworkWatch(filter, running.Actors.Peers);
            return running;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the actors, in an order in which nothing that was accepted is lost, within a bounded time.</summary>
    /// <returns>What the next start goes on with.</returns>
    public async Task<IReadOnlyList<Subscriptions.LeftTopic>> StopActorsAsync()
    {
        await Environment.Intake.CloseAsync();
        if (_system.WhenTerminated.IsCompleted)
            return [];
        // A journal that does not answer takes nothing from the time that the archive has.
        var finished = Actors.Store is { } store ? AskAsync<ArchiveWriter.Finished>(_system, store, ArchiveWriter.Finish.Instance) : Task.CompletedTask;
        var closed = AskAsync<Sends.Closed>(_system, Actors.Sends, Sends.Close.Instance);
        var drained = await AskAsync<Subscriptions.Drained>(_system, Actors.Subscriptions, Subscriptions.Drain.Instance);
        await Task.WhenAll(closed, finished);
        // An actor that does not end its turn is left; its host goes all the same.
        await _system.StopAsync(_node, EndTimeout);
        return drained?.Topics ?? [];
    }

    /// <summary>Waits until the actors have stopped, which do so by themselves when another process writes to their journal; for a bounded
    /// time.</summary>
    public async Task AwaitActorsAsync()
    {
        try
        {
            await _node.WatchAsync().WaitAsync(WriteTimeout);
        }
        catch (TimeoutException)
        {
            _system.Stop(_node);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        Client.Dispose();
        await Host.DisposeAsync();
        Environment.RecordKey?.Dispose();
    }

    static async Task<TAnswer?> AskAsync<TAnswer>(ActorSystem system, IActorRef actor, object question)
        where TAnswer : class
    {
        try
        {
            return await system.AskAsync<TAnswer>(actor, question, WriteTimeout);
        }
        catch (AskTimeoutException)
        {
            // A database that does not answer: what waits for it is not said, or not kept.
            return null;
        }
    }

    static async Task InitializeAsync(IMessageArchive archive)
    {
        try
        {
            await archive.InitializeAsync();
        }
        catch (ArchiveException e)
        {
            throw new NodeStartException(NodeStartFailure.Archive, e.Message, e);
        }
    }

    static async Task<INodeHost> ListenAsync(NodeParts parts)
    {
        if (NodeHostSetup.Of(parts.System) is { } setup)
            return setup.CreateHost(parts.Key, parts.Options);
        var listens = parts.Options.Mode is NodeMode.Core;
        var options = parts.Options.Host with { ListenAddresses = listens ? parts.Options.ListenAddresses : [], PeerJournal = parts.Journal?.Plugins };
        try
        {
            return await Libp2pHost.CreateAsync(parts.Key, options, parts.System);
        }
        catch (ConnectionException e)
        {
            throw new NodeStartException(NodeStartFailure.ListenAddress, e.Message, e);
        }
    }
}

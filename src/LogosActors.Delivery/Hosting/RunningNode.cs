using LogosActors.Actors;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>A node between its start and its stop: the host, what is mounted on it, and the actors.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    readonly ActorSystem _system;

    RunningNode(ActorSystem system, NodeEnvironment environment, StoreClient client, StorePeers stores)
    {
        (_system, Environment, Client, Stores) = (system, environment, client, stores);
        Actor = system.Spawn(Props.Create(() => new NodeActor(environment)));
    }

    public NodeEnvironment Environment { get; }

    public Libp2pHost Host => Environment.Host;

    public GossipsubService Gossipsub => Environment.Gossipsub;

    public StoreClient Client { get; }

    public StorePeers Stores { get; }

    /// <summary>The <see cref="NodeActor"/>.</summary>
    public ActorRef Actor { get; }

    /// <exception cref="NodeStartException">An address cannot be listened at, or the archive cannot be used.</exception>
    public static async Task<RunningNode> StartAsync(
        NodeOptions options, PrivateKey key, ActorSystem system, EventStreams<MessagingEvent> streams, Action<MessagingEvent> raise, HealthView health,
        ReceivingMemory receiving, RelayTap tap)
    {
        if (options.Archive is { } archive)
            await InitializeAsync(archive);
        var host = await ListenAsync(options, key, system);
        try
        {
            var gossipsub = host.UseGossipsub(RelayGossipsub.For(options.MaxMessageSize));
            var client = new StoreClient(host);
            var stores = new StorePeers([.. options.StoreNodes.Select(address => address.PeerId).OfType<PeerId>()], system.Time);
            host.Subscribe(stores.Observe);
            var waiting = new WaitingEvents();
            var presence = new PresenceReader(stores, client.FindPresentAsync, Random.Shared);
            // What memory keeps survives the actors anyway.
            var isStored = system.Options.Persistence.Journal is not (null or InMemoryJournal);
            var environment = new NodeEnvironment(options, host, gossipsub, streams, raise, system.Time)
            {
                Health = health,
                Tap = tap,
                Waiting = waiting,
                Validation = new MessageValidation(options.Validation with { MaxSize = options.MaxMessageSize }),
                Sends = new UnfinishedSends(options.Sending, system.Time) { IsStored = isStored },
                Stores = new StorePresence(() => options.Sending.AsksStores && stores.Count > 0, presence.FindAsync),
                Receiving = new ReceivingEnvironment(
                    options.Receiving, options.Network, receiving, waiting, stores, (store, query) => client.QueryAsync(store, query),
                    isStored ? $"{host.PeerId}/received" : null),
            };
            return new RunningNode(system, environment, client, stores);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the actors, in an order in which nothing that was accepted is lost, within a bounded time.</summary>
    public async Task StopActorsAsync()
    {
        await AskAsync<Subscriptions.Answer>(Subscriptions.Drain.Instance);
        await AskAsync<ArchiveWriter.Finished>(ArchiveWriter.Finish.Instance);
        await _system.StopAsync(Actor, StopTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
    }

    async Task AskAsync<TAnswer>(object question)
    {
        try
        {
            await Actor.Ask<TAnswer>(question, StopTimeout);
        }
        catch (AskTimeoutException)
        {
            // A database that does not answer: what waits for it is not told, or not kept.
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

    static async Task<Libp2pHost> ListenAsync(NodeOptions options, PrivateKey key, ActorSystem system)
    {
        try
        {
            return await Libp2pHost.CreateAsync(key, options.Host with { ListenAddresses = options.ListenAddresses, PersistPeers = true }, system);
        }
        catch (ConnectionException e)
        {
            throw new NodeStartException(NodeStartFailure.ListenAddress, e.Message, e);
        }
    }
}

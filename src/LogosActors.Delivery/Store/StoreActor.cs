using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Store;

/// <summary>Keeps the messages of the joined shards in the node's archive, and answers the store queries of peers from it (13/WAKU2-STORE).</summary>
/// <remarks>
/// It receives messages from the gossip router itself, and what this node publishes from the <see cref="Sending.DeliveryRouterActor"/>. What the
/// node has missed, and other stores have, is kept too: of the content topics that it is subscribed to.
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. A failure costs the messages that wait to be written, and for a moment peers are not
/// answered. Child, with <see cref="NodeOptions.StoreSync"/>: <c>sync</c>, one-for-one, restart with backoff 100 ms … 10 s; it is told what was written.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class StoreActor : ArchiveWriterActor
#pragma warning restore CA1001
{
    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];
    readonly NodeEnvironment _node;
    readonly IMessageArchive _archive;
    StoreService? _service;
    IActorRef _sync = ActorRefs.Nobody;

    public StoreActor(NodeEnvironment node, IMessageArchive archive)
        : base(archive, node.Options.Archiving) => (_node, _archive) = (node, archive);

    public static Props Props(NodeEnvironment node, IMessageArchive archive) => Akka.Actor.Props.Create(() => new StoreActor(node, archive));

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart()
    {
        base.PreStart();
        if (_node.Options.StoreSync is { } sync)
            _sync = Context.ActorOf(SynchronizationActor.Props(SettingsOf(sync), Self), "sync");
        _service = new StoreService(_archive, _node.Options.StoreService, Time, Log);
        _service.Serve(_node.Host);
    }

    protected override void PostStop()
    {
        _node.Host.RemoveHandler(StoreProtocol.Id);
        _service?.Dispose();
        base.PostStop();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Delivered { Decoded: RelayedMessage relayed }:
                if (relayed.IsArchivable)
                    Keep(relayed.Hash, relayed.PubsubTopic, relayed.Message);
                break;
            case RelayTopics.Seen seen:
                if (seen.IsArchivable)
                    Keep(seen.Hash, NameOf(seen.Shard), seen.Message);
                break;
            case Subscription.Found found:
                if (!found.Message.IsEphemeral)
                    Keep(found.Hash, NameOf(found.Shard), found.Message, isLate: true);
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    protected override void Kept(IReadOnlyList<ArchivedMessage> messages) => _sync.Tell(new Synchronization.Kept(messages), ActorRefs.NoSender);

    protected override void Report(string? problem) => _node.Health.WriteProblem = problem;

    SynchronizationSettings SettingsOf(StoreSyncOptions sync)
    {
        var (options, relay) = (_node.Options, _node.Relay);
        return new SynchronizationSettings(
            sync, _node.Host, _archive, _node.Validation, () => [.. relay.Shards.Union(sync.Shards).Select(static shard => shard.ToString())], options.MaxMessageSize);
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }
}

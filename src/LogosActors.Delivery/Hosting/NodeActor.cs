using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Hosting;

/// <summary>Supervises the actors of one node, and publishes those that are spoken to from outside.</summary>
/// <remarks>
/// Parent: <see cref="NodeSupervisorActor"/>, resume: an exception costs the message that it was given. It is sent nothing but what concerns its
/// children, and nothing passes through it. Children, one-for-one: sends, subscriptions, relay, filter and filter-client resume, as their state is
/// in no journal, or only in part; router, store, lightpush, lightpush-client, peer-exchange, peer-exchange-client, health, peers, discovery, metadata and journal-lock restart with
/// backoff 100 ms … 10 s. Sends, which stops when its
/// journal fails, is created again with backoff, and what is sent to it meanwhile waits here: at most 1,000 messages.
/// </remarks>
internal sealed class NodeActor : UntypedActor
{
    static readonly string[] Resumed = ["sends", "subscriptions", "relay", "filter", "filter-client"];

    static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    readonly NodeEnvironment _node;
    RecreatedChild? _sends;
    Sends.Left? _left;
    bool _isLost;

    public NodeActor(NodeEnvironment node) => _node = node;

    public static Props Props(NodeEnvironment node) => Akka.Actor.Props.Create(() => new NodeActor(node));

    protected override SupervisorStrategy SupervisorStrategy() =>
        new ChildStrategy(child => Resumed.Contains(child.Path.Name, StringComparer.Ordinal), ShortestWait, LongestWait);

    protected override void PreStart()
    {
        var (options, gossipsub) = (_node.Options, _node.Gossipsub);
        var (relay, filterClient, lightpush) = gossipsub is null ? CreateClients() : CreateRelay(gossipsub);
        IActorRef? store = null;
        OwnStore? own = null;
        if (options.Archive is { } archive)
        {
            store = Context.ActorOf(StoreActor.Props(_node, archive), "store");
            relay?.Tell(new RelayTopics.Observe(store));
            own = new OwnStore(store, archive);
        }
        var subscriptions = Context.ActorOf(SubscriptionsActor.Props(_node.Receiving, relay ?? ActorRefs.Nobody, own, filterClient), "subscriptions");
        IActorRef[] observers = store is null ? [subscriptions] : [subscriptions, store];
        var router = Context.ActorOf(
            DeliveryRouterActor.Props(gossipsub, lightpush, _node.Validation, observers, _node.Tap, _node.Filter, _node.Counts), "router");
        var filter = relay is null ? null : CreateServices(relay, router);
        var settings = new SendsSettings(
            options, _node.Intake, _node.Events, _node.Stores, _node.Persistence, $"{_node.Host.PeerId}/sends", router, subscriptions);
        _sends = new RecreatedChild(
            Context, SendsActor.Props(settings), "sends", new ExponentialBackoff(ShortestWait, LongestWait), SendsCreated, SendsOverflow);
        Context.ActorOf(HealthActor.Props(_node, subscriptions, filterClient ?? ActorRefs.Nobody, _node.Events), "health");
        var peers = Context.ActorOf(PeersActor.Props(_node), "peers");
        if (options.Discovery.IsOn)
            Context.ActorOf(DiscoveryActor.Props(_node, peers), "discovery");
        if (options is { Mode: NodeMode.Edge, TargetServicePeers: > 0 })
            Context.ActorOf(PeerExchangeClientActor.Props(_node, peers), "peer-exchange-client");
        var (network, view) = ((uint)options.Network.Cluster, _node.Relay);
        // A light client that asks while shards are still being joined hears of those that will be.
        var metadata = Context.ActorOf(
            MetadataActor.Props(
                _node.Host, () => new NodeMetadata(network, [.. view.Shards.Union(options.Shards).Select(topic => topic.Shard)]),
                shards =>
                {
                    filterClient?.Tell(shards, ActorRefs.NoSender);
                    lightpush.Tell(shards, ActorRefs.NoSender);
                }),
            "metadata");
        view.Changed = () => metadata.Tell(MetadataActor.ShardsChanged.Instance, ActorRefs.NoSender);
        if (_node.JournalLock is { } held)
            Context.ActorOf(JournalLockActor.Props(held), "journal-lock");
        foreach (var shard in options.Shards)
            relay?.Tell(new RelayTopics.Join(shard, "options"), ActorRefs.NoSender);
        _node.Actors.SetStarted(new NodeActors.Started(subscriptions, relay, filterClient, relay is null ? lightpush : null, router, peers, store, filter));
    }

    /// <summary>What a node that relays does for those that do not.</summary>
    /// <returns>The filter service, if there is one.</returns>
    IActorRef? CreateServices(IActorRef relay, IActorRef router)
    {
        var options = _node.Options;
        if (options.LightpushService is { } pushing)
        {
            Context.ActorOf(
                LightpushActor.Props(_node.Host, system => new LightpushService(system, router, options.Network, options.MaxMessageSize, pushing)), "lightpush");
        }
        if (options.PeerExchangeService is { } exchange)
            Context.ActorOf(PeerExchangeActor.Props(_node.Host, () => _node.Discovery.Reached, exchange), "peer-exchange");
        return options.FilterService is { } filtering
            ? Context.ActorOf(FilterActor.Props(_node.Host, filtering, relay, _node.Filter), "filter")
            : null;
    }

    (IActorRef Relay, IActorRef? Filter, IActorRef Lightpush) CreateRelay(GossipsubTopics gossipsub) =>
        (Context.ActorOf(RelayActor.Props(gossipsub.Actor, _node.Validation, _node.Tap, _node.Relay, _node.Counts), "relay"), null, ActorRefs.Nobody);

    (IActorRef? Relay, IActorRef Filter, IActorRef Lightpush) CreateClients() =>
        (null,
        Context.ActorOf(FilterClientActor.Props(_node.Host, _node.Options.FilterNodes, _node.Validation, _node.Tap, _node.Counts, _node.Services), "filter-client"),
        Context.ActorOf(LightpushClientActor.Props(
            _node.Host, _node.Options.LightpushNodes, _node.Options.MaxMessageSize, _node.Services, _node.Receiving.Stores.Pushed), "lightpush-client"));

    protected override void PostStop()
    {
        _node.Intake.Close();
        _sends?.Stop();
    }

    protected override void OnReceive(object message)
    {
        if (_sends!.TryHandle(message))
        {
            // Behind what its mailbox still returns.
            if (_isLost && _sends.Current is null)
                Self.Tell(PoisonPill.Instance);
            return;
        }
        switch (message)
        {
            case Sends.Left left when _isLost:
                Refuse(left);
                break;
            case Sends.Left left:
                _left = left;
                break;
            case JournalLockActor.Lost:
                // Another process writes under these names: whatever this one wrote would harm it.
                _isLost = true;
                _node.Intake.Close();
                _sends.Stop();
                _node.JournalLost();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void SendsCreated(IActorRef sends)
    {
        _node.Actors.SetSends(sends);
        if (_left is not null)
            sends.Tell(_left);
        _left = null;
    }

    /// <summary>What is stored belongs to the process that has the journal now; those who wait for an answer do not wait any longer.</summary>
    void Refuse(Sends.Left left)
    {
        foreach (var request in left.Requests)
        {
            if (request is { IsAccepted: true, Send.IsJournalled: true })
                continue;
            // Its sender has an answer already: the end is an event.
            var send = request.IsAccepted ? request.Send with { Answer = null } : request.Send;
            _node.Intake.Refuse(send, SendIntake.JournalLost, _node.Events.Publish, isCounted: false);
        }
    }

    void SendsOverflow(object message, IActorRef sender)
    {
        var error = _isLost ? SendIntake.JournalLost : SendIntake.NotStored("its journal is away, and too many messages wait for it.");
        if (message is Sends.Send send)
            _node.Intake.Refuse(send, error, _node.Events.Publish, send.IsCounted);
        else if (message is Sends.Close)
            sender.Tell(Sends.Closed.Instance);
    }
}

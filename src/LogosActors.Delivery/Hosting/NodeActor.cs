using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Hosting;

/// <summary>Supervises the actors of one node, and hands them what the application asks.</summary>
/// <remarks>
/// Parent: the root. Children: relay, tap, subscriptions, router, sends, events, health, peers, metadata and, with an archive, store;
/// one-for-one, restart. A failure of this actor makes all of them anew; the request that failed is handed on by the next one.
/// </remarks>
internal sealed class NodeActor(NodeEnvironment node) : Actor
{
    ActorRef? _relay;
    ActorRef? _sends;
    ActorRef? _store;
    ActorRef? _subscriptions;

    protected override void PreStart()
    {
        var events = Context.Spawn(Props.Create(() => new EventsActor(node.Streams, node.Waiting, node.Raise)), "events");
        var (gossipsub, registrations) = (node.Gossipsub.Topics, new RelayRegistrations());
        var relay = _relay = Context.Spawn(Props.Create(() => new RelayActor(gossipsub, registrations, node.Validation)), "relay");
        // Here, and not when they start: the first message may be sent before that.
        relay.Tell(new RelayTopics.Observe(Context.Spawn(Props.Create(() => new RelayTapActor(node.Tap)), "tap")), Self);
        OwnStore? own = null;
        if (node.Options.Archive is { } archive)
        {
            _store = Context.Spawn(Props.Create(() => new StoreActor(node, archive)), "store");
            relay.Tell(new RelayTopics.Observe(_store), Self);
            own = new OwnStore(_store, archive);
        }
        var subscriptions = _subscriptions = Context.Spawn(Props.Create(() => new SubscriptionsActor(node.Receiving, relay, events, own)), "subscriptions");
        var mode = node.Options.Mode;
        var router = Context.Spawn(Props.Create(() => new DeliveryRouterActor(mode, relay)), "router");
        var journalId = node.Sends.IsStored ? $"{node.Host.PeerId}/sends" : null;
        var sending = new SendsSettings(node.Options, node.Sends, node.Waiting, node.Stores, journalId, router, subscriptions, events);
        _sends = Context.Spawn(Props.Create(() => new SendsActor(sending)), "sends");
        Context.Spawn(Props.Create(() => new HealthActor(node, subscriptions, events)), "health");
        Context.Spawn(Props.Create(() => new PeersActor(node)), "peers");
        var (log, network) = (Log, (uint)node.Options.Network.Cluster);
        Context.Spawn(
            Props.Create(() => new MetadataActor(
                node.Host,
                () => new NodeMetadata(network, [.. (registrations.Relayed?.Topics ?? []).Select(topic => topic.Shard)]),
                peer => log.LogDebug("{Peer} relays {Shards}", peer.Peer, peer.Shards))),
            "metadata");
        foreach (var shard in node.Options.Shards)
            relay.Tell(new RelayTopics.Join(shard, "options"));
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        if (Retried.Deserves(message))
            Self.Tell(new Retried(message!), Sender);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Sends.Added:
                Forward(_sends!, message);
                break;
            case Subscriptions.Subscribe or Subscriptions.Drain:
                Forward(_subscriptions!, message);
                break;
            case Subscriptions.Unsubscribe:
                Forward(_subscriptions!, message);
                _sends!.Tell(message, Self);
                break;
            case RelayTopics.Join or RelayTopics.Leave or RelayTopics.Publish or RelayTopics.GetShards:
                Forward(_relay!, message);
                break;
            case ArchiveWriter.Finish when _store is not null:
                Forward(_store, message);
                break;
            case ArchiveWriter.Finish:
                Reply(new ArchiveWriter.Finished(0));
                break;
            case Retried retried:
                Receive(retried.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}

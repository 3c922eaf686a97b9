using Akka.Actor;

namespace LogosActors.Delivery.Hosting;

/// <summary>The actors of a running node that are spoken to from outside of it, as <see cref="NodeActor"/> has made them last. For any number
/// of threads.</summary>
/// <remarks>A reference that was read before its actor was created again still works: what it is sent is returned to the parent, which sends
/// it to the new one.</remarks>
internal sealed class NodeActors
{
    volatile IActorRef? _sends;
    volatile Started? _started;

    /// <summary>Takes <see cref="Sending.Sends"/>.</summary>
    public IActorRef Sends => _sends ?? throw new InvalidOperationException("The node's actors have not started.");

    /// <summary>Takes <see cref="Receiving.Subscriptions"/>.</summary>
    public IActorRef Subscriptions => Children.Subscriptions;

    /// <summary>Takes <see cref="Relay.RelayTopics"/>.</summary>
    /// <exception cref="InvalidOperationException">The node does not relay.</exception>
    public IActorRef Relay => Children.Relay ?? throw new InvalidOperationException("The node is in edge mode: it takes part in no shard.");

    /// <summary>Takes <see cref="Filter.FilterTopics"/>; null: the node relays.</summary>
    public IActorRef? FilterClient => Children.FilterClient;

    /// <summary>Takes <see cref="Lightpush.LightpushClient"/>; null: the node relays.</summary>
    public IActorRef? LightpushClient => Children.LightpushClient;

    /// <summary>Takes <see cref="Peers.NodePeers"/>.</summary>
    public IActorRef Peers => Children.Peers;

    /// <summary>Takes <see cref="Relay.RelayTopics.Publish"/>.</summary>
    public IActorRef Router => Children.Router;

    /// <summary>Takes <see cref="Archive.ArchiveWriter"/>; null: the node has no archive.</summary>
    public IActorRef? Store => Children.Store;

    /// <summary>Takes <see cref="Filter.Filtering"/>; null: the node serves no filter.</summary>
    public IActorRef? Filter => Children.Filter;

    Started Children => _started ?? throw new InvalidOperationException("The node's actors have not started.");

    public void SetSends(IActorRef sends) => _sends = sends;

    public void SetStarted(Started started) => _started = started;

    /// <summary>The actors that keep their references.</summary>
    public sealed record Started(
        IActorRef Subscriptions, IActorRef? Relay, IActorRef? FilterClient, IActorRef? LightpushClient, IActorRef Router, IActorRef Peers, IActorRef? Store,
        IActorRef? Filter);
}

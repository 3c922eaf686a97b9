using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Health;

/// <summary>Looks at the node's connections again and again, and tells the application when its health changes.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, restart. A failure costs one look: what was told is in <see cref="NodeEnvironment.Health"/>, so that
/// nothing is told twice.
/// </remarks>
internal sealed class HealthActor(NodeEnvironment node, ActorRef subscriptions, ActorRef events) : Actor
{
    /// <summary>How long to wait between two looks.</summary>
    /// <value>1 s, the heartbeat of gossipsub (11/WAKU2-RELAY): a mesh does not change more often.</value>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly long _origin = node.Time.GetTimestamp();
    readonly HealthAssessment _assessment = new(node.Health.Current, TimeSpan.Zero);

    protected override void PreStart() => Self.Tell(Look.Instance, Self);

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Look:
                Context.PipeTo(ObserveAsync());
                break;
            case HealthObservation seen:
                Tell(seen);
                LookLater();
                break;
            case PipeFailure failure:
                Log.LogDebug(failure.Cause, "The node's connections could not be looked at; again soon");
                LookLater();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Tell(HealthObservation seen)
    {
        var changes = _assessment.Observe(seen, node.Time.GetElapsedTime(_origin));
        (node.Health.Current, node.Health.Seen) = (_assessment.Told, seen);
        foreach (var change in changes)
        {
            if (change is ConnectionStatusChanged { Status: var status })
                Log.LogInformation("The node is {Status} ({Peers} relay peers, {Stores} stores)", status, seen.RelayPeers, seen.Stores);
            events.Tell(change, Self);
        }
    }

    void LookLater() => Context.StartSingleTimer(Look.Instance, Look.Instance, Interval);

    async Task<HealthObservation> ObserveAsync()
    {
        var topics = await subscriptions.Ask<Subscriptions.Listed>(Subscriptions.List.Instance, NodeEnvironment.AnswerTimeout);
        var shards = topics.ContentTopics.Values.Concat(node.Options.Shards).ToHashSet();
        var peers = new Dictionary<PubsubTopic, ShardPeers>();
        // Without a shard any topic tells how many relay peers there are.
        var relayPeers = shards.Count > 0 ? 0 : (await node.Gossipsub.StatusAsync("")).Peers;
        foreach (var shard in shards)
        {
            var status = await node.Gossipsub.StatusAsync(shard.ToString());
            peers.Add(shard, new ShardPeers(status.Subscribers, status.Mesh.Count));
            relayPeers = status.Peers;
        }
        return new HealthObservation(relayPeers, CountStores(), peers, topics.ContentTopics);
    }

    int CountStores() => (node.Options.Archive is null ? 0 : 1)
        + node.Host.ConnectedPeers.Count(peer => node.Host.IdentityOf(peer)?.Protocols.Contains(StoreProtocol.Id, StringComparer.Ordinal) == true);

    sealed record Look
    {
        public static readonly Look Instance = new();
    }
}

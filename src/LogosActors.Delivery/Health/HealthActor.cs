using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Health;

/// <summary>Looks at the node's connections and its archive periodically, and raises an event when its health changes.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. A failure costs one look: what was raised last is published as <see cref="NodeEnvironment.Health"/>,
/// and read again, so that nothing is raised twice.
/// </remarks>
/// <param name="node">The node.</param>
/// <param name="subscriptions">Knows the content topics.</param>
/// <param name="filter">Knows the service nodes of a node that does not relay.</param>
/// <param name="events">Raises events.</param>
internal sealed class HealthActor(NodeEnvironment node, IActorRef subscriptions, IActorRef filter, EventPublisher<MessagingEvent> events)
    : SupervisedActor, IWithTimers
{
    /// <summary>How long to wait between two looks.</summary>
    /// <value>1 s, the heartbeat of gossipsub (11/WAKU2-RELAY): a mesh does not change more often.</value>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait between two checks of the archive.</summary>
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a check of the archive may take.</summary>
    static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(4);

    readonly HealthAssessment _assessment = new(node.Health.Current, Now);
    IReadOnlyDictionary<string, PubsubTopic> _listed = new Dictionary<string, PubsubTopic>(StringComparer.Ordinal);

    public static Props Props(NodeEnvironment node, IActorRef subscriptions, IActorRef filter, EventPublisher<MessagingEvent> events) =>
        Akka.Actor.Props.Create(() => new HealthActor(node, subscriptions, filter, events));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Self.Tell(Look.Instance);
        if (node.Options.Archive is not null)
            Self.Tell(CheckArchive.Instance);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look:
                // Whatever is lost on the way, there is a next look.
                LookIn(NodeEnvironment.AnswerTimeout);
                subscriptions.Tell(Subscriptions.List.Instance);
                break;
            case Subscriptions.Listed listed when node.Gossipsub is { } gossipsub:
                PipeToSelf(ObserveAsync(gossipsub, listed.ContentTopics));
                break;
            case Subscriptions.Listed listed:
                _listed = listed.ContentTopics;
                filter.Tell(FilterTopics.GetProven.Instance);
                break;
            case FilterTopics.Proven proven:
                Publish(Observe(proven));
                LookIn(Interval);
                break;
            case HealthObservation seen:
                Publish(seen);
                LookIn(Interval);
                break;
            case CheckArchive:
                Timers.StartSingleTimer(ArchiveLate.Instance, ArchiveLate.Instance, CheckTimeout);
                PipeToSelf(CheckArchiveAsync(node.Options.Archive!), static problem => new ArchiveChecked(problem));
                break;
            case ArchiveLate:
                node.Health.CheckProblem = "It does not answer.";
                break;
            case ArchiveChecked { Problem: var problem }:
                Timers.Cancel(ArchiveLate.Instance);
                node.Health.CheckProblem = problem;
                Timers.StartSingleTimer(CheckArchive.Instance, CheckArchive.Instance, CheckInterval);
                break;
            case PipeFailure { Cause: AskTimeoutException }:
                Log.Warning("The relay has not answered for {0}: a validator that does not return holds it up, or the machine is overloaded", NodeEnvironment.AnswerTimeout);
                Publish(WithoutPeers());
                LookIn(Interval);
                break;
            case PipeFailure failure:
                Log.Debug(failure.Cause, "The node's connections could not be looked at; again soon");
                LookIn(Interval);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Publish(HealthObservation seen)
    {
        var changes = _assessment.Observe(seen, Now);
        (node.Health.Current, node.Health.Seen) = (_assessment.Told, seen);
        foreach (var change in changes)
        {
            if (change is ConnectionStatusChanged { Status: var status })
                Log.Info("The node is {0} ({1} peers to send to, {2} stores)", status, seen.Services?.Lightpush ?? seen.RelayPeers, seen.Stores);
            events.Publish(change);
        }
    }

    HealthObservation WithoutPeers() => node.Health.Seen is { } seen
        ? seen with { RelayPeers = 0, Shards = seen.Shards.ToDictionary(static shard => shard.Key, static _ => default(ShardPeers)) }
        : new HealthObservation(0, 0, new Dictionary<PubsubTopic, ShardPeers>(), new Dictionary<string, PubsubTopic>(StringComparer.Ordinal));

    void LookIn(TimeSpan delay) => Timers.StartSingleTimer(Look.Instance, Look.Instance, delay);

    HealthObservation Observe(FilterTopics.Proven proven) =>
        new(RelayPeers: 0, CountStores(), proven.Shards.ToDictionary(shard => shard.Key, shard => new ShardPeers(shard.Value, Mesh: 0)), _listed)
        {
            Services = new ServiceNodes(node.Services.Lightpush, node.Services.Filter),
        };

    async Task<HealthObservation> ObserveAsync(GossipsubTopics gossipsub, IReadOnlyDictionary<string, PubsubTopic> topics)
    {
        var shards = topics.Values.Concat(node.Options.Shards).ToHashSet();
        var peers = new Dictionary<PubsubTopic, ShardPeers>();
        // Without a shard any topic shows how many relay peers there are.
        var relayPeers = shards.Count > 0 ? 0 : (await gossipsub.StatusAsync("")).Peers;
        foreach (var shard in shards)
        {
            var status = await gossipsub.StatusAsync(shard.ToString());
            peers.Add(shard, new ShardPeers(status.Subscribers, status.Mesh.Count));
            relayPeers = status.Peers;
        }
        return new HealthObservation(relayPeers, CountStores(), peers, topics);
    }

    static async Task<string?> CheckArchiveAsync(IMessageArchive archive)
    {
        try
        {
            await archive.CheckAsync();
            return null;
        }
        catch (ArchiveException e)
        {
            return e.Message;
        }
#pragma warning disable CA1031 // whatever an archive fails with, it is the archive that is not well
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"It has failed: {e.Message}";
        }
    }

    int CountStores() => (node.Options.Archive is null ? 0 : 1)
        + node.Host.ConnectedPeers.Count(peer => node.Host.IdentityOf(peer)?.Protocols.Contains(StoreProtocol.Id, StringComparer.Ordinal) == true);

    sealed record CheckArchive
    {
        public static readonly CheckArchive Instance = new();
    }

    sealed record ArchiveLate
    {
        public static readonly ArchiveLate Instance = new();
    }

    sealed record ArchiveChecked(string? Problem);

    sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
